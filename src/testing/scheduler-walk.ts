/** Walks at random over a scheduler in virtual time, with all that must hold checked after every step. */
import * as fc from "fast-check";
import { ToolError } from "../core/tool-error.ts";
import { checkLimits } from "../limits/check-limits.ts";
import type { LimitOptions, LimitsOptions } from "../limits/limit-options.ts";
import type { LimitedTool, PermitOutcome } from "../limits/limiter.ts";
import { must } from "./scheduler-actor.ts";
import { mustConserveWork, mustCountRight, mustCountTokens } from "./scheduler-oracle.ts";
import type { SchedulerParts } from "./scheduler-parts.ts";
import { SchedulerStage } from "./scheduler-stage.ts";

/** The tools of walks: in scopes that are nested and that cross. */
export const WALK_TOOLS: readonly LimitedTool[] = [
  { name: "a", tags: ["t"] },
  { name: "b" },
  { name: "m.x", tags: ["t"] },
  { name: "m.y", annotations: { readOnly: true } },
];

/** What a call of a walk touches and uses. */
export interface WalkInput {
  readonly keys: readonly string[];
  readonly id: number;
  readonly tokens: number;
}

/** What happens in a walk. */
export type Act =
  | {
      readonly does: "ask";
      readonly tool: number;
      readonly tenant: string | undefined;
      readonly priority: number;
      readonly input: WalkInput;
      /** Whether one that runs makes the call, and which. */
      readonly parent: number | undefined;
      readonly patienceMs: number;
    }
  | {
      readonly does: "release";
      readonly which: number;
      readonly outcome: PermitOutcome;
      readonly used: number | undefined;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly does: "leave"; readonly which: number }
  | { readonly does: "wait"; readonly ms: number }
  | { readonly does: "change"; readonly scope: string; readonly options: LimitOptions };

const keysOf = (input: WalkInput): readonly string[] => input.keys;
const idOf = (input: WalkInput): readonly string[] => [`${input.id}`];
const tokensOf = (input: unknown): number => (input as WalkInput).tokens;

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const maybe = <Value>(value: fc.Arbitrary<Value>, freq = 3): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq });

const rate = fc.record({
  limit: small(4),
  perMs: fc.constantFrom(5, 20, 100),
  kind: fc.constantFrom("sliding" as const, "fixed" as const, "bucket" as const),
});
const tokens = fc.record({
  limit: fc.integer({ min: 8, max: 20 }),
  perMs: fc.constantFrom(20, 100),
  kind: fc.constantFrom("sliding" as const, "fixed" as const, "bucket" as const),
  estimate: fc.constant(tokensOf),
});
const queue = fc
  .record({
    max: fc.integer({ min: 0, max: 4 }),
    onFull: fc.constantFrom(
      "block" as const,
      "reject" as const,
      "drop-oldest" as const,
      "shed-lowest" as const,
    ),
  })
  .filter(({ max }) => max > 0);

/** What walks are limited by. */
export interface WalkOptions {
  readonly tokens?: boolean;
  readonly keys?: boolean;
  readonly queues?: boolean;
  readonly failures?: boolean;
  readonly slowStart?: boolean;
}

function scopeOptions(options: WalkOptions): fc.Arbitrary<LimitOptions> {
  return fc
    .record({
      concurrency: maybe(small(3), 4),
      rate: maybe(fc.oneof(rate, fc.tuple(rate, rate)), 2),
      tokens: options.tokens === true ? maybe(tokens, 3) : fc.constant(undefined),
      queue: options.queues === true ? maybe(queue, 2) : fc.constant(undefined),
      breaker:
        options.failures === true
          ? maybe(fc.constant({ failures: 2, openForMs: 30 }), 1)
          : fc.constant(undefined),
      adaptive:
        options.failures === true
          ? maybe(fc.constant({ min: 1, max: 1, initial: 1 }), 1)
          : fc.constant(undefined),
      slowStart: fc.constant(options.slowStart === true ? undefined : false),
    })
    .map((given) => pruned(given) as LimitOptions);
}

/** Limits over the tools of walks. */
export function walkLimits(options: WalkOptions): fc.Arbitrary<LimitsOptions> {
  const scope = maybe(scopeOptions(options), 2);
  const reserved = fc.record({
    owners: fc.constantFrom({ "tenant:x": 1 }, { "tag:t": 1 }, { "tenant:x": 1, "tag:t": 1 }),
    lend: fc.boolean(),
  });
  return fc
    .record({
      all: scopeOptions(options),
      concurrency: fc.integer({ min: 1, max: 4 }),
      reserved: maybe(reserved, 1),
      a: scope,
      glob: scope,
      source: scope,
      tag: scope,
      tenant: scope,
      perKey: maybe(small(2), 1),
      keys: options.keys === true ? fc.boolean() : fc.constant(false),
      ageingMs: fc.constantFrom(1, 10, 1_000),
    })
    .map(({ all, concurrency, reserved: kept, ...rest }) => {
      const kind = kept !== undefined && concurrency > 2 ? kept : undefined;
      return pruned({
        "*": pruned({
          ...all,
          concurrency,
          ageingMs: rest.ageingMs,
          key: rest.keys ? keysOf : undefined,
          reserved: kind?.owners,
          lend: kind?.lend,
        }),
        a: rest.a,
        "m*": rest.glob,
        "source:m": rest.source,
        "tag:t": rest.tag,
        b: rest.perKey === undefined ? undefined : { key: idOf, concurrency: rest.perKey },
        tenant: rest.tenant,
      }) as LimitsOptions;
    })
    .filter(isValid);
}

function isValid(limits: LimitsOptions): boolean {
  try {
    checkLimits(limits);
    return true;
  } catch {
    return false;
  }
}

function pruned(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What may happen. */
export function walkActs(options: WalkOptions): fc.Arbitrary<Act> {
  const input = fc.record({
    keys:
      options.keys === true
        ? fc.uniqueArray(fc.constantFrom("k", "l", "n"), { maxLength: 3 })
        : fc.constant([]),
    id: fc.nat(2),
    tokens: small(8),
  });
  const ask = fc.record({
    does: fc.constant("ask" as const),
    tool: fc.nat(3),
    tenant: fc.constantFrom(undefined, "x", "x", "y", "z"),
    priority: fc.integer({ min: -1, max: 1 }),
    input,
    // Nested calls of calls with keys may wait for each other for ever, as in any program with two locks.
    parent: options.keys === true ? fc.constant(undefined) : maybe(fc.nat(9), 1),
    patienceMs: fc.constantFrom(Infinity, Infinity, Infinity, 10),
  });
  const release = fc.record({
    does: fc.constant("release" as const),
    which: fc.nat(9),
    outcome:
      options.failures === true
        ? fc.constantFrom("success" as const, "failure" as const, "ignored" as const)
        : fc.constant("success" as const),
    used: options.tokens === true ? maybe(fc.nat(16)) : fc.constant(undefined),
    retryAfterMs: options.failures === true ? maybe(small(50), 1) : fc.constant(undefined),
  });
  const leave = fc.record({ does: fc.constant("leave" as const), which: fc.nat(9) });
  const wait = fc.record({
    does: fc.constant("wait" as const),
    ms: fc.constantFrom(1, 3, 7, 20, 100),
  });
  const change = fc.record({
    does: fc.constant("change" as const),
    scope: fc.constantFrom("a", "m*", "tag:t", "source:m"),
    options: scopeOptions(options),
  });
  return fc.oneof(
    { weight: 10, arbitrary: ask },
    { weight: 7, arbitrary: release },
    { weight: 2, arbitrary: leave },
    { weight: 3, arbitrary: wait },
    { weight: 1, arbitrary: change },
  );
}

/** Walks `runs` times. Throws with the shortest walk that breaks a promise. */
export function checkSchedulerWalks(
  options: WalkOptions,
  runs: number,
  { parts, seed, acts = 60 }: { parts?: SchedulerParts; seed?: number; acts?: number } = {},
): void {
  const property = fc.property(
    walkLimits(options),
    fc.array(walkActs(options), { maxLength: acts, size: "max" }),
    (limits, walk) => runWalk(new SchedulerStage(limits, parts), walk),
  );
  fc.assert(property, {
    numRuns: runs,
    includeErrorInReport: true,
    ...(seed === undefined ? {} : { seed }),
  });
}

/** One walk, to the end of all that it began. */
export function runWalk(stage: SchedulerStage, acts: readonly Act[]): void {
  for (const act of acts) {
    doAct(stage, act);
    checkAll(stage);
  }
  drain(stage);
}

function checkAll(stage: SchedulerStage): void {
  mustCountRight(stage);
  mustCountTokens(stage);
  mustConserveWork(stage);
}

function doAct(stage: SchedulerStage, act: Act): void {
  if (act.does === "ask") letAsk(stage, act);
  else if (act.does === "release") letEnd(stage, act);
  else if (act.does === "wait") stage.advance(act.ms);
  else if (act.does === "leave") {
    const actor = pick(stage.all("waiting"), act.which);
    if (actor !== undefined) stage.leave(actor);
  } else {
    const next = { ...stage.limits, [act.scope]: act.options };
    if (isValid(next)) stage.change(act.scope, act.options);
  }
}

function letAsk(stage: SchedulerStage, act: Extract<Act, { does: "ask" }>): void {
  const { patienceMs, tenant, priority, input } = act;
  const parent = act.parent === undefined ? undefined : pick(stage.all("running"), act.parent);
  const tool = WALK_TOOLS[act.tool] ?? { name: "a" };
  stage.ask({ tool, tenant, priority, input, parent, expiresAt: stage.now + patienceMs });
}

function letEnd(stage: SchedulerStage, act: Extract<Act, { does: "release" }>): void {
  const actor = pick(stage.all("running"), act.which);
  if (actor === undefined) return;
  const { outcome, retryAfterMs, used } = act;
  const error =
    retryAfterMs === undefined
      ? undefined
      : new ToolError("RATE_LIMITED", "too many", { retryAfterMs });
  const usage = used === undefined ? undefined : { tokens: used };
  stage.release(actor, outcome, { error, ...(usage && { usage }) });
}

/** Everybody who runs ends, again and again, with time passing: then nobody waits. */
function drain(stage: SchedulerStage): void {
  for (let round = 0; stage.all("waiting").length + stage.all("running").length > 0; round += 1) {
    must(round < 500, `${stage.all("waiting").length} wait for ever`);
    const actor = stage.all("running").at(-1);
    if (actor !== undefined) stage.release(actor);
    else stage.advance(100);
    checkAll(stage);
  }
}

function pick<Item>(items: readonly Item[], which: number): Item | undefined {
  return items[which % Math.max(1, items.length)];
}
