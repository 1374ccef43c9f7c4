import type { Gate } from "./gate.ts";
import type { Step } from "./step.ts";

/** Gates that let nobody start for a while, until it is said that they have opened. */
export class ClosedGates {
  readonly #gates = new Set<Gate>();

  /** When the first of them opens; Infinity when none is closed. */
  get opensAt(): number {
    let opensAt = Infinity;
    for (const { closedUntil } of this.#gates) opensAt = Math.min(opensAt, closedUntil);
    return opensAt;
  }

  add(gate: Gate): void {
    this.#gates.add(gate);
  }

  /** Tells of those that have opened. */
  sayOpened(step: Step): void {
    for (const gate of this.#gates) {
      if (gate.closedUntil > step.now) continue;
      this.#gates.delete(gate);
      step.tell(gate.name, { type: "limit.opened" });
    }
  }
}
