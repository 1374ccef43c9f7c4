import { ToolError } from "../../core/tool-error.ts";

const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

/**
 * Keeps a tool that kills its workers from doing so for ever.
 *
 *   free ──one death too many──▶ resting ──time──▶ one probe at a time ──it lives──▶ free
 *                                     ▲                      │
 *                                     └──it dies: twice as long
 */
export class Quarantine {
  readonly #after: number;
  #deaths = 0;
  #restMs = 0;
  #restsUntil = -Infinity;
  #lastDeath = "";
  #isProbing = false;

  /** @param after - How many workers in a row may die before it begins. */
  constructor(after: number) {
    this.#after = after;
  }

  /** Whether calls are refused, but for a probe now and then. */
  get isOn(): boolean {
    return this.#restMs > 0;
  }

  /**
   * Why a call must not run at the moment (`CIRCUIT_OPEN`, with `retryAfterMs`); undefined when it may. While
   * the quarantine is on, that call is the probe: tell how it went.
   */
  refusal(toolName: string, now: number): ToolError | undefined {
    if (!this.isOn) return undefined;
    if (now >= this.#restsUntil && !this.#isProbing) {
      this.#isProbing = true;
      return undefined;
    }
    const retryAfterMs = Math.ceil(Math.max(this.#restsUntil - now, FIRST_REST_MS / 10));
    const message =
      `${toolName} has ended ${this.#deaths} workers in a row and is given a rest. ` +
      `The last time: ${this.#lastDeath}`;
    const details = { deaths: this.#deaths, lastDeath: this.#lastDeath };
    return new ToolError("CIRCUIT_OPEN", message, { details, retryAfterMs });
  }

  /** A worker died of a call of the tool. Returns the rest that begins with it, in milliseconds; 0: none does. */
  died(how: string, now: number): number {
    this.#deaths += 1;
    this.#lastDeath = how;
    this.#isProbing = false;
    // While it rests nothing is begun: what dies now had begun before, and is no reason to rest for longer.
    if (this.#deaths < this.#after || now < this.#restsUntil) return 0;
    this.#restMs = Math.min(Math.max(this.#restMs * 2, FIRST_REST_MS), LONGEST_REST_MS);
    this.#restsUntil = now + this.#restMs;
    return this.#restMs;
  }

  /** A call of the tool has ended and its worker lives. True when that ends the quarantine. */
  lived(): boolean {
    const wasOn = this.isOn;
    this.#deaths = 0;
    this.#restMs = 0;
    this.#restsUntil = -Infinity;
    this.#isProbing = false;
    return wasOn;
  }

  /** The probe has ended without telling anything: it was cancelled, or never ran. */
  abandonProbe(): void {
    this.#isProbing = false;
  }
}
