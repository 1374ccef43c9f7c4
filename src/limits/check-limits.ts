/** Checks limits written in JavaScript or JSON, before any call is held to them. */
import { checkConcurrency } from "./check-concurrency.ts";
import { checkFailures } from "./check-failures.ts";
import { checkMeters } from "./check-meters.ts";
import { checkQueue } from "./check-queue.ts";
import type {
  CacheOptions,
  LimitOptions,
  LimitsOptions,
  TenantLimitOptions,
} from "./limit-options.ts";
import { EACH_TENANT, EVERYTHING } from "./match-scopes.ts";
import {
  ABOVE_ZERO,
  FROM_ONE,
  checkFlag,
  checkNumber,
  checkRecord,
  checkWord,
} from "./option-checks.ts";
import { compileKey } from "./resource-keys.ts";

/** What the limits of tools may have, and those of tenants too. */
const FOR_ALL = [
  "concurrency",
  "adaptive",
  "rate",
  "tokens",
  "preset",
  "queue",
  "breaker",
  "slowStart",
];
const FOR_TOOLS = ["key", "access", "reserved", "lend", "retryBudget", "dedupe", "cache"];
const FOR_TENANTS = ["weight"];
const FOR_EVERYTHING = ["ageingMs"];

/**
 * Checks limits.
 *
 * @throws TypeError that names the scope, the setting, its range, and what to write instead.
 */
export function checkLimits(limits: LimitsOptions): void {
  checkRecord("limits", limits);
  for (const [scope, limit] of Object.entries(limits)) {
    const path = `limits["${scope}"]`;
    checkScope(scope, path);
    if (limit === undefined) continue;
    checkFields(scope, path, limit);
    checkLimit(scope, path, limit);
  }
}

/** A limit that is on nothing would be worse than none. */
function checkScope(scope: string, path: string): void {
  if (scope === "" || scope === "tag:") {
    throw new TypeError(`${path} is on nothing; write a tool's name, or "tag:NAME".`);
  }
  if (scope.startsWith("source:") && !/^source:[^\s.]+(?:\.[^\s.]+)*$/.test(scope)) {
    throw new TypeError(
      `${path} is on nothing; write "source:" and a namespace, such as "source:pets".`,
    );
  }
  if (!scope.startsWith("tenant:")) return;
  throw new TypeError(
    `${path}: one tenant has no limits of its own. limits["tenant"] holds for each of them, and its ` +
      "`weight` may differ.",
  );
}

/** A setting that is known elsewhere gets its own message: it was not misspelt. */
function checkFields(scope: string, path: string, limit: object): void {
  const isTenant = scope === EACH_TENANT;
  const own = isTenant ? FOR_TENANTS : FOR_TOOLS;
  const known = [...FOR_ALL, ...own, ...(scope === EVERYTHING ? FOR_EVERYTHING : [])];
  checkRecord(path, limit);
  const misplaced = Object.keys(limit).find((field) => !known.includes(field));
  if (misplaced === undefined) return;
  if (FOR_EVERYTHING.includes(misplaced)) {
    throw new TypeError(`${path}.${misplaced} can be set for limits["*"] alone.`);
  }
  if (FOR_TENANTS.includes(misplaced)) {
    throw new TypeError(`${path}.${misplaced} can be set for limits["tenant"] alone.`);
  }
  if (FOR_TOOLS.includes(misplaced)) {
    throw new TypeError(`${path}.${misplaced} cannot be set for tenants, only for tools.`);
  }
  checkRecord(path, limit, known);
}

function checkLimit(scope: string, path: string, limit: LimitOptions & TenantLimitOptions): void {
  checkConcurrency(path, scope, limit);
  checkMeters(path, limit);
  checkKey(path, limit);
  checkQueue(`${path}.queue`, limit.queue);
  checkFailures(path, limit);
  checkFlag(`${path}.dedupe`, limit.dedupe);
  checkCache(`${path}.cache`, limit.cache);
  checkNumber(`${path}.ageingMs`, limit.ageingMs, { from: 0 });
  checkWeight(`${path}.weight`, limit.weight);
}

function checkKey(path: string, { key, access }: LimitOptions): void {
  checkWord(`${path}.access`, access, ["read", "write"]);
  if (key !== undefined) compileKey(key, `${path}.key`);
  else if (access !== undefined) {
    throw new TypeError(`${path}.access says how calls use their \`key\`, which is not given.`);
  }
}

function checkCache(path: string, cache: CacheOptions | false | undefined): void {
  if (cache === undefined || cache === false) return;
  if (typeof cache !== "object") throw new TypeError(`${path} must be an object, or false.`);
  checkRecord(path, cache, ["ttlMs", "maxEntries"]);
  if (cache.ttlMs === undefined) {
    throw new TypeError(`${path}.ttlMs is missing: how long an answer is good, in milliseconds.`);
  }
  checkNumber(`${path}.ttlMs`, cache.ttlMs, { above: 0, orInfinity: true });
  checkNumber(`${path}.maxEntries`, cache.maxEntries, FROM_ONE);
}

function checkWeight(path: string, weight: TenantLimitOptions["weight"]): void {
  if (typeof weight === "function") return;
  if (typeof weight !== "object" || weight === null) {
    checkNumber(path, weight, ABOVE_ZERO);
    return;
  }
  checkRecord(path, weight);
  for (const [tenant, share] of Object.entries(weight)) {
    if (share === undefined) throw new TypeError(`${path}["${tenant}"] is undefined.`);
    checkNumber(`${path}["${tenant}"]`, share, ABOVE_ZERO);
  }
}
