/**
 * How calls start again after nobody could: after a first moment that is left to chance, one, then two, then four …
 * in each step, so that those who waited do not all come at once, nor many processes at the same time.
 *
 *   begin ──up to jitterMs──▶ 1 ──stepMs──▶ 2 ──stepMs──▶ 4 ── … ──▶ over
 *
 * It is over by itself as soon as a step ends in which fewer started than could: then nobody was kept waiting by it.
 * A step begins when its first call starts, so a timer that fires late makes no larger steps; and it is over when
 * nobody came for ten steps.
 *
 * Pure: time and chance are parameters; time is in milliseconds and never goes back.
 */
import type { SlowStartOptions } from "./limit-options.ts";

const DEFAULT_STEP_MS = 50;
const DEFAULT_JITTER_MS = 50;
/** Whoever comes so many steps late was not waiting. */
const MAX_QUIET_STEPS = 10;

/** Lets calls start one, two, four … at a time. Lets everybody start until it is begun. */
export class SlowStart {
  readonly #stepMs: number;
  readonly #jitterMs: number;
  /** Most starts in this step; Infinity when it is over. */
  #allowed = Infinity;
  #started = 0;
  /** When the first step may begin. */
  #firstAt = 0;
  /** When the next step may begin. */
  #nextAt = 0;

  /** @param options - Checked before; `true`: all defaults. */
  constructor(options: SlowStartOptions | true = true) {
    const { stepMs = DEFAULT_STEP_MS, jitterMs = DEFAULT_JITTER_MS } =
      options === true ? {} : options;
    this.#stepMs = stepMs;
    this.#jitterMs = jitterMs;
  }

  /** Whether it holds anybody back: false before it is begun, and when it is over. */
  get isActive(): boolean {
    return this.#allowed !== Infinity;
  }

  /**
   * The limit opens: begins, or begins again.
   *
   * @param chance - Uniform in [0, 1).
   */
  begin(now: number, chance: number): void {
    this.#firstAt = now + chance * this.#jitterMs;
    this.#nextAt = this.#firstAt;
    this.#allowed = 0;
    this.#started = 0;
  }

  /** When one more may start, if nobody else does until then; `now` when it may at once. */
  opensAt(now: number): number {
    return this.#started < this.#allowed || now >= this.#nextAt ? now : this.#nextAt;
  }

  /** One starts. Only when {@link opensAt} lets it; the check and this are one synchronous step. */
  start(now: number): void {
    if (!this.isActive) return;
    if (now >= this.#nextAt) this.#nextStep(now);
    this.#started += 1;
  }

  #nextStep(now: number): void {
    const wasQuiet = now >= this.#nextAt + MAX_QUIET_STEPS * this.#stepMs;
    if (this.#started < this.#allowed || wasQuiet) {
      this.#allowed = Infinity;
      return;
    }
    this.#allowed = Math.max(1, this.#allowed * 2);
    this.#started = 0;
    this.#nextAt = now + this.#stepMs;
  }
}
