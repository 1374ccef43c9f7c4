/**
 * How long a call may go on, for whoever must hear when it may not any more. Says what its `signal` says at less cost:
 * an AbortSignal with a listener is several objects, and a registry makes thousands of calls a second.
 */
export interface CallLife {
  /** Why it has ended; undefined while it has not. */
  readonly reason: unknown;
  /** Ends `follower` when it ends itself, at once when it has. */
  follow(follower: LifeFollower): void;
  /** Takes a follower off. */
  unfollow(follower: LifeFollower): void;
}

/** What ends with a call. */
export interface LifeFollower {
  /** Its place among those who follow; -1 at first. Only what it follows changes it. */
  followerSlot: number;
  end(reason: unknown): void;
}

/** The life that a signal tells of. */
export class SignalLife implements CallLife {
  readonly #signal: AbortSignal;
  /** Most signals have one follower; a set is made for the second. */
  #follower: LifeFollower | undefined;
  #others: Set<LifeFollower> | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get reason(): unknown {
    return this.#signal.aborted ? this.#signal.reason : undefined;
  }

  follow(follower: LifeFollower): void {
    if (this.#signal.aborted) return follower.end(this.#signal.reason);
    if (this.#follower === undefined) this.#follower = follower;
    else (this.#others ??= new Set()).add(follower);
    // A second time it is the same listener, and changes nothing.
    this.#signal.addEventListener("abort", this);
  }

  unfollow(follower: LifeFollower): void {
    if (this.#follower === follower) this.#follower = undefined;
    else this.#others?.delete(follower);
    if (this.#follower === undefined && (this.#others?.size ?? 0) === 0) {
      this.#signal.removeEventListener("abort", this);
    }
  }

  /** The signal has aborted. */
  handleEvent(): void {
    const followers = [this.#follower, ...(this.#others ?? [])];
    this.#follower = undefined;
    this.#others = undefined;
    this.#signal.removeEventListener("abort", this);
    for (const follower of followers) follower?.end(this.#signal.reason);
  }
}
