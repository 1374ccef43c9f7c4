import type { LimitOptions } from "../limit-options.ts";
import type { Meter } from "../meters/meter.ts";
import { Gate } from "./gate.ts";
import type { GateMeters } from "./gate-meters.ts";

/** What gates of a scope have in common, and the gates: one, or one for each tenant or key. */
export class GateTemplate {
  readonly scope: string;
  options: LimitOptions;
  /** How many lanes it is in. */
  laneCount = 0;
  /** Its place among all templates, the narrowest first. */
  rank = 0;
  /** Scopes that every lane of this one is in as well. */
  dominators: ReadonlySet<GateTemplate> = new Set();
  readonly #gates = new Map<string, Gate>();
  readonly #makeMeters: (options: LimitOptions, scope: string) => GateMeters;
  readonly #weightOf: (tenant: string | undefined) => number;
  #sweepAt = 64;

  constructor(scope: string, options: LimitOptions, parts: TemplateParts) {
    this.scope = scope;
    this.options = options;
    this.#makeMeters = parts.makeMeters;
    this.#weightOf = parts.weightOf;
  }

  /** The gate of a name, made when it is first needed. Only gates that are needed are kept. */
  gate(name: string, now: number): Gate {
    let gate = this.#gates.get(name);
    if (gate !== undefined) return gate;
    if (this.#gates.size >= this.#sweepAt) this.#sweep(now);
    const meters = this.#makeMeters(this.options, this.scope);
    gate = new Gate({ name, template: this, meters, weightOf: this.#weightOf });
    this.#gates.set(name, gate);
    return gate;
  }

  /** Every gate it has at the moment. */
  gates(): Iterable<Gate> {
    return this.#gates.values();
  }

  /** Takes on new settings, and so do its gates. What their rates have counted counts on. */
  configure(options: LimitOptions, now: number): void {
    const { rate, tokens, preset } = this.options;
    const isSame = rate === options.rate && tokens === options.tokens && preset === options.preset;
    this.options = options;
    for (const gate of this.#gates.values()) {
      const meters = isSame ? gate.meters : this.#makeMeters(options, this.scope);
      if (!isSame) carryOver(gate.meters, meters, now);
      gate.configure(options, meters);
    }
  }

  #sweep(now: number): void {
    for (const [name, gate] of this.#gates) {
      if (gate.users === 0 && gate.isForgettable(now)) this.#gates.delete(name);
    }
    this.#sweepAt = Math.max(64, this.#gates.size * 2);
  }
}

/** What templates of a scheduler share. */
export interface TemplateParts {
  readonly makeMeters: (options: LimitOptions, scope: string) => GateMeters;
  readonly weightOf: (tenant: string | undefined) => number;
}

/** Counts in the new meters what the old ones hold, as if it were taken now: never too much gets through. */
function carryOver(before: GateMeters, after: GateMeters, now: number): void {
  for (const meter of after.requests) {
    const used = Math.min(usedIn(before.requests, meter, now), meter.capacity);
    for (let taken = 0; taken < used; taken += 1) meter.take(now, 1);
  }
  const tokens = before.tokens.map(({ meter }) => meter);
  for (const { meter } of after.tokens) {
    const used = usedIn(tokens, meter, now);
    if (used <= 0) continue;
    const receipt = meter.take(now, Math.min(used, meter.capacity));
    // What is more than there ever is stays a debt.
    if (used > meter.capacity) meter.settle(receipt, used, now);
  }
}

/** What counts in the old meter that is most like a new one: by its window, for what a day holds a minute need not. */
function usedIn(before: readonly Meter[], after: Meter, now: number): number {
  const { perMs } = after.stats(now);
  const [alike] = before.toSorted(
    (left, right) =>
      Math.abs(left.stats(now).perMs - perMs) - Math.abs(right.stats(now).perMs - perMs),
  );
  return alike === undefined ? 0 : alike.capacity - alike.stats(now).remaining;
}
