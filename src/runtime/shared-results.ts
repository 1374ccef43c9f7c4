/**
 * Calls that need not run, for another's result is theirs too: one that is in flight, or one that is kept.
 *
 *   same tool, input, tenant, context and mode ─▶ kept? ──▶ that
 *                                               ─▶ in flight? ──▶ wait for it, or run when it is given up
 *                                               ─▶ run, and let others have the result
 */
import type { OkResult, ToolResult } from "../core/tool-result.ts";
import type { Tool } from "../core/tool.ts";
import type { LimitOptions, LimitsOptions } from "../limits/limit-options.ts";
import { matchScopes } from "../limits/match-scopes.ts";
import type { Clock } from "../time/clock.ts";
import { CallFlight } from "./call-flight.ts";
import { inputDigest } from "./input-digest.ts";
import type { ReadyCall } from "./ready-call.ts";
import { ResultCache } from "./result-cache.ts";

/** A result that another call's execution gave. */
export type SharedResult =
  /** That of a call that ran at the same time, whose `callNumber` this is. */
  | { readonly result: ToolResult; readonly sharedWith: number }
  /** One that was kept. */
  | { readonly result: OkResult; readonly sharedWith: undefined };

/** What the calls of one tool, as it was registered, share. */
export class ToolSharing {
  readonly #clock: Clock;
  readonly #cache: ResultCache | undefined;
  readonly #flights: Map<string, CallFlight> | undefined;
  /** A cache may serve many tools, and a tool that replaces another must not get its answers. */
  readonly #id: string;

  constructor(clock: Clock, cache: ResultCache | undefined, dedupe: boolean) {
    this.#clock = clock;
    this.#cache = cache;
    this.#flights = dedupe ? new Map() : undefined;
    this.#id = identify(this);
  }

  /**
   * A result that serves for `call` too; a promise while that is in flight. Undefined: the call is to run, and others
   * may have its result. The promise rejects when the call's deadline ends.
   */
  find(call: ReadyCall): SharedResult | Promise<SharedResult | undefined> | undefined {
    if (this.#flights === undefined && this.#cache === undefined) return undefined;
    const key = this.#keyOf(call);
    if (key === undefined) return undefined;
    const kept = this.#keptFor(call, key);
    if (kept !== undefined) return { result: kept, sharedWith: undefined };
    const flightKey = `${identify(call.parent)} ${key}`;
    const flight = this.#flightFor(call, flightKey);
    if (flight !== undefined) return this.#follow(call, flight, { key, flightKey });
    this.#lead(call, { key, flightKey });
    return undefined;
  }

  /** One that was cut to size is good for as long as the rest of it can be read. */
  #keptFor({ bound }: ReadyCall, key: string): OkResult | undefined {
    const kept = this.#cache?.get(key, this.#clock.now());
    const id = kept?.truncated?.id;
    return id === undefined || bound.resultLimit?.keeps(id) === true ? kept : undefined;
  }

  /** When its leader gives up, the first of those who waited leads and the others wait for that one. */
  async #follow(call: ReadyCall, first: CallFlight, keys: Keys): Promise<SharedResult | undefined> {
    call.story.queued("identical call");
    let flight: CallFlight | undefined = first;
    while (flight !== undefined) {
      const result = await flight.follow(call);
      if (result !== undefined) return { result, sharedWith: flight.callNumber };
      flight = this.#flightFor(call, keys.flightKey);
    }
    this.#lead(call, keys);
    return undefined;
  }

  #flightFor(call: ReadyCall, flightKey: string): CallFlight | undefined {
    const flight = this.#flights?.get(flightKey);
    return flight?.serves(call) === true ? flight : undefined;
  }

  #lead(call: ReadyCall, { key, flightKey }: Keys): void {
    const flights = this.#flights;
    const flight = flights && new CallFlight(call);
    if (flight !== undefined) flights?.set(flightKey, flight);
    call.story.whenOver((result) => {
      if (result.status === "ok") this.#cache?.set(key, result, this.#clock.now());
      if (flight === undefined) return;
      if (flights?.get(flightKey) === flight) flights.delete(flightKey);
      flight.end(result);
    });
  }

  /** Tenant, context and mode may change an answer; priority, deadline, signal and budget do not. */
  #keyOf({ accepted, bound, input, executor }: ReadyCall): string | undefined {
    const { tenant, context, idempotencyKey } = accepted.options;
    // A key stands for a whole batch: within it, the place tells calls apart.
    const what =
      idempotencyKey === undefined
        ? inputDigest(input)
        : `key ${accepted.index} ${JSON.stringify(idempotencyKey)}`;
    if (what === undefined) return undefined;
    const who = tenant === undefined ? "" : JSON.stringify(tenant);
    // Where results are cut to size, a program's is another than a model's.
    const size = accepted.isWhole && bound.resultLimit !== undefined ? "whole" : "";
    return `${this.#id} ${executor.mode} ${size} ${identify(context)} ${who} ${what}`;
  }
}

interface Keys {
  readonly key: string;
  /** Calls that tools make share with their siblings alone: none can wait for one that waits for it. */
  readonly flightKey: string;
}

/** Which tools share what, by the settings of the limits. */
export class SharedResults {
  readonly #clock: Clock;
  readonly #limits: LimitsOptions;
  /** One for each limit that has a cache. */
  readonly #caches = new Map<string, ResultCache>();

  constructor(clock: Clock, limits: LimitsOptions = {}) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** What calls of a tool share. Of the settings, the narrowest counts. */
  of(tool: Tool): ToolSharing {
    if (tool.annotations?.readOnly !== true) return new ToolSharing(this.#clock, undefined, false);
    const scopes = matchScopes(Object.keys(this.#limits), tool);
    const dedupes = scopes.find((scope) => this.#settingsOf(scope)?.dedupe !== undefined);
    const caches = scopes.find((scope) => this.#settingsOf(scope)?.cache !== undefined);
    const dedupe = dedupes !== undefined && this.#settingsOf(dedupes)?.dedupe === true;
    const cache = caches === undefined ? undefined : this.#cacheOf(caches);
    return new ToolSharing(this.#clock, cache, dedupe);
  }

  #cacheOf(scope: string): ResultCache | undefined {
    const options = this.#settingsOf(scope)?.cache;
    if (options === undefined || options === false) return undefined;
    const cache = this.#caches.get(scope) ?? new ResultCache(options);
    this.#caches.set(scope, cache);
    return cache;
  }

  #settingsOf(scope: string): LimitOptions | undefined {
    return this.#limits[scope];
  }
}

const identities = new WeakMap<object, string>();
let identitiesGiven = 0;

/** The same text for the same object or the same value, and another for any other. */
function identify(value: unknown): string {
  if (value === undefined) return "";
  // Not all symbols can be looked up, so no two are taken for the same.
  if (typeof value === "symbol") return `#${(identitiesGiven += 1)}`;
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    return inputDigest(value) ?? "";
  }
  let identity = identities.get(value);
  if (identity === undefined) {
    identity = `#${(identitiesGiven += 1)}`;
    identities.set(value, identity);
  }
  return identity;
}
