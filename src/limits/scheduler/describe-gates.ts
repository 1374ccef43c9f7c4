import type { KeyStats, LimitStats, RateStats, TenantStats } from "../../core/limit-stats.ts";
import { EACH_TENANT, EVERYTHING } from "../match-scopes.ts";
import type { Account } from "./account.ts";
import type { Gate } from "./gate.ts";
import { plainKey } from "./key-uses.ts";
import type { ResourceLock } from "./resource-locks.ts";
import type { Scheduler } from "./scheduler.ts";
import { flowsUnder } from "./who-waits.ts";

/** Most tenants and keys that are told of one limit, and most limits of a scope that has one for each of these. */
const MAX_TOLD = 100;

interface Waiting {
  held: number;
  oldestAt: number;
}

/**
 * How every limit is doing; of a scope that has one for each tenant or key the busiest, and the sum of the others. Looks at
 * everybody who waits: for people, not for every call.
 */
export function describeGates(scheduler: Scheduler, now: number): readonly LimitStats[] {
  const waiting = new Map<Gate, Waiting>();
  for (const flow of flowsUnder(scheduler.rules)) {
    for (const call of flow.calls.values()) {
      flow.gates.forEach((gate, position) => {
        const seen = waiting.get(gate) ?? { held: 0, oldestAt: now };
        if (position === flow.parkedAt) seen.held += 1;
        seen.oldestAt = Math.min(seen.oldestAt, call.ask.askedAt);
        waiting.set(gate, seen);
      });
    }
  }
  const keys = describeKeys(scheduler.locks.values());
  const limits: LimitStats[] = [];
  for (const gates of Map.groupBy(scheduler.rules.gates(), ({ template }) => template).values()) {
    const { told, others } = busiest(gates);
    for (const gate of told) limits.push(describe(gate, waiting.get(gate), keys, now));
    if (others.length > 0) limits.push(sumOf(others, waiting, now));
  }
  return limits;
}

/** In the order in which they were made while all of them are told. */
function busiest(gates: readonly Gate[]): Record<"told" | "others", readonly Gate[]> {
  if (gates.length <= MAX_TOLD) return { told: gates, others: [] };
  const sorted = gates.toSorted(
    (left, right) => busyAt(right) - busyAt(left) || right.started - left.started,
  );
  return { told: sorted.slice(0, MAX_TOLD), others: sorted.slice(MAX_TOLD) };
}

/** What rates and breakers have left cannot be added up. */
function sumOf(
  gates: readonly Gate[],
  waiting: ReadonlyMap<Gate, Waiting>,
  now: number,
): LimitStats {
  const scope = gates[0]?.template.scope ?? "";
  const sum = (count: (gate: Gate) => number): number =>
    gates.reduce((total, gate) => total + count(gate), 0);
  const oldest = gates.map((gate) => waiting.get(gate)?.oldestAt ?? now);
  return {
    limit: scope === EACH_TENANT ? `${scope}:…` : `${scope}[…]`,
    sumOf: gates.length,
    running: sum(({ running }) => running),
    concurrency: undefined,
    queued: sum(queuedAt),
    held: sum((gate) => waiting.get(gate)?.held ?? 0),
    oldestWaitMs: now - oldest.reduce((least, at) => Math.min(least, at), now),
    started: sum(({ started }) => started),
    refused: sum(({ refused }) => refused),
    rates: [],
    closedForMs: 0,
    breaker: undefined,
    tenants: [],
    keys: [],
  };
}

function busyAt(gate: Gate): number {
  return gate.running + queuedAt(gate);
}

function queuedAt({ queued, outside }: Gate): number {
  return queued + outside.size;
}

function describe(
  gate: Gate,
  waiting: Waiting | undefined,
  keys: readonly KeyStats[],
  now: number,
): LimitStats {
  const { name, running, concurrency, started, refused, breaker } = gate;
  return {
    limit: name,
    running,
    concurrency: concurrency === Infinity ? undefined : concurrency,
    queued: queuedAt(gate),
    held: waiting?.held ?? 0,
    oldestWaitMs: waiting === undefined ? 0 : now - waiting.oldestAt,
    started,
    refused,
    rates: describeRates(gate, now),
    closedForMs: Math.max(0, gate.closedUntil - now),
    breaker: breaker && {
      state: breaker.state,
      failures: breaker.failures,
      retryAfterMs: breaker.retryAfterMs(now),
    },
    tenants: describeTenants([...gate.accounts()]),
    keys: name === EVERYTHING ? keys : [],
  };
}

function describeRates({ meters }: Gate, now: number): RateStats[] {
  return [
    ...meters.requests.map((meter): RateStats => ({ counts: "requests", ...meter.stats(now) })),
    ...meters.tokens.map(({ meter }): RateStats => ({ counts: "tokens", ...meter.stats(now) })),
  ];
}

function describeTenants(accounts: readonly Account[]): TenantStats[] {
  const served = accounts.reduce((sum, account) => sum + account.served, 0);
  return accounts
    .filter(({ running, queued, started }) => running + queued + started > 0)
    .toSorted((left, right) => right.running + right.queued - (left.running + left.queued))
    .slice(0, MAX_TOLD)
    .map((account) => ({
      tenant: account.tenant ?? "",
      weight: account.weight,
      running: account.running,
      queued: account.queued,
      started: account.started,
      share: served > 0 ? account.served / served : 0,
    }));
}

function describeKeys(locks: Iterable<ResourceLock>): KeyStats[] {
  return [...locks]
    .map(describeKey)
    .toSorted((left, right) => right.queued - left.queued)
    .slice(0, MAX_TOLD);
}

function describeKey({ key, first, urgencies }: ResourceLock): KeyStats {
  const holders = [...(first?.members ?? [])].filter(({ call }) => call.phase === "running").length;
  const [readers, writers] = first?.access === "write" ? [0, holders] : [holders, 0];
  const queued = urgencies.size + (first?.members.size ?? 0) - holders;
  return { key: plainKey(key), readers, writers, queued };
}
