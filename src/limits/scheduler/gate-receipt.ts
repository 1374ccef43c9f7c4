import type { BreakerTicket } from "../circuit-breaker.ts";
import type { AttemptFacts, PermitOutcome } from "../limiter.ts";
import type { MeterReceipt } from "../meters/meter.ts";
import type { Gate } from "./gate.ts";
import type { GateChange } from "./gate-change.ts";
import type { GateMeters } from "./gate-meters.ts";

/** An attempt that is over. */
export interface EndedAttempt {
  readonly outcome: PermitOutcome;
  readonly facts: AttemptFacts | undefined;
  readonly startedAt: number;
  readonly now: number;
}

/** What an attempt took at a gate that counts more than slots, and what is to be said of it later. */
export class GateReceipt {
  readonly gate: Gate;
  readonly #meters: GateMeters;
  readonly #starts: readonly MeterReceipt[];
  readonly #tokens: readonly MeterReceipt[];
  readonly #ticket: BreakerTicket | undefined;
  readonly #wasFull: boolean;

  /** Takes one start of each rate, and `tokens` of the rates of tokens. */
  constructor(gate: Gate, tokens: readonly number[] | undefined, now: number) {
    this.gate = gate;
    this.#meters = gate.meters;
    this.#starts = gate.meters.requests.map((meter) => meter.take(now, 1));
    this.#tokens = gate.meters.tokens.map(({ meter }, index) =>
      meter.take(now, tokens?.[index] ?? 0),
    );
    this.#ticket = gate.breaker?.start(now);
    this.#wasFull = gate.running >= gate.concurrency;
  }

  /** The work begins: rates count it from now on. */
  begin(now: number): void {
    const { requests, tokens } = this.#meters;
    for (const [index, taken] of this.#starts.entries()) requests[index]?.begin(taken, now);
    for (const [index, taken] of this.#tokens.entries()) tokens[index]?.meter.begin(taken, now);
  }

  /** The attempt is over: settles what it took, and has its gate learn from it. */
  settle(ended: EndedAttempt): readonly GateChange[] {
    this.#settleTokens(ended);
    const changes: GateChange[] = [];
    const circuit = this.#endBreaker(ended);
    if (circuit !== undefined) changes.push(circuit);
    const adapted = this.gate.adapt(this.#wasFull, ended);
    if (adapted !== undefined) changes.push({ type: "limit.adapted", ...adapted });
    return changes;
  }

  #settleTokens({ facts, now, outcome }: EndedAttempt): void {
    const isForNothing = outcome === "ignored" && facts === undefined;
    for (const [index, taken] of this.#tokens.entries()) {
      const counted = this.#meters.tokens[index];
      const used = isForNothing ? 0 : counted?.used(facts);
      if (used !== undefined) counted?.meter.settle(taken, used, now);
    }
  }

  #endBreaker({ now, outcome }: EndedAttempt): GateChange | undefined {
    const { breaker } = this.gate;
    if (breaker === undefined || this.#ticket === undefined) return undefined;
    const change = breaker.end(this.#ticket, outcome, now);
    if (change === "closed") return { type: "circuit.closed" };
    if (change === undefined) return undefined;
    const { reason } = breaker;
    return { type: "circuit.opened", reason, retryAfterMs: breaker.retryAfterMs(now) };
  }
}
