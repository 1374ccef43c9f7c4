/**
 * Why and when work must stop. A deadline ends once, with a ToolError as its reason: because its
 * time ran out, because somebody ended it, or because the deadline above it ended.
 *
 *   batch (signal, deadlineMs) ──▶ call ──▶ attempt (timeoutMs)
 *
 * It is an AbortSignal only for those who ask: most calls end before anybody looks.
 */
import type { ToolError } from "../core/tool-error.ts";
import type { CancelTimer, Clock } from "./clock.ts";

/** Told once, with the reason, when a deadline ends. */
export type DeadlineListener = (reason: ToolError) => void;

/** Something that ends when a deadline does: an object rather than a function, where there are thousands. */
export interface DeadlineFollower {
  /** Its place among those who follow; -1 at first. Only the deadline it follows changes it. */
  followerSlot: number;
  end(reason: ToolError): void;
}

const nothing = (): void => {};

/** A point at which work must stop, and everything that may bring it forward. */
export class Deadline implements DeadlineFollower {
  readonly #clock: Clock;
  readonly #parent: Deadline | undefined;
  #reason: ToolError | undefined;
  /** Most deadlines have one listener; a set is made for the second. */
  #listener: DeadlineListener | undefined;
  #others: Set<DeadlineListener> | undefined;
  /** As with listeners: a list is made for the second. No set, for the reason that `Roster` gives. */
  #follower: DeadlineFollower | undefined;
  #otherFollowers: DeadlineFollower[] | undefined;
  followerSlot = -1;
  #isWatching = false;
  #controller: AbortController | undefined;
  #cancelTimer: CancelTimer = nothing;
  #expiresAt = Infinity;
  #makeReason: (() => ToolError) | undefined;
  /** Ended or closed: it tells nobody anything any more. */
  #isOver = false;

  constructor(clock: Clock, parent?: Deadline) {
    this.#clock = clock;
    this.#parent = parent;
  }

  /** Why it ended; undefined while it has not. */
  get reason(): ToolError | undefined {
    if (!this.#isOver) this.#endIfDue();
    return this.#reason;
  }

  /** When it runs out at the latest, on its clock; Infinity when it never does. */
  get expiresAt(): number {
    return Math.min(this.#expiresAt, this.#parent?.expiresAt ?? Infinity);
  }

  /** An AbortSignal that aborts with {@link reason} when this ends. Made when first read. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      this.onEnd((reason) => controller.abort(reason));
    }
    return this.#controller.signal;
  }

  /** Ends it after `delayMs` from now with what `makeReason` returns. Infinity takes the limit off. */
  expireAfter(delayMs: number, makeReason: () => ToolError): void {
    this.#cancelTimer();
    this.#cancelTimer = nothing;
    this.#expiresAt = delayMs === Infinity ? Infinity : this.#clock.now() + delayMs;
    this.#makeReason = makeReason;
    if (this.#isWatching) this.#arm(delayMs);
  }

  /** Ends it now, unless it has ended or was closed. */
  end(reason: ToolError): void {
    if (this.#isOver) return;
    this.#reason = reason;
    const listener = this.#listener;
    const others = this.#others;
    const follower = this.#follower;
    const otherFollowers = this.#otherFollowers;
    this.close();
    listener?.(reason);
    if (others !== undefined) for (const other of others) other(reason);
    follower?.end(reason);
    if (otherFollowers !== undefined) for (const other of otherFollowers) other.end(reason);
  }

  /**
   * Calls `listener` when it ends, at once when it has; never when it was closed before. Returns
   * what takes the listener off.
   */
  onEnd(listener: DeadlineListener): () => void {
    const { reason } = this;
    if (reason !== undefined) listener(reason);
    if (this.#isOver) return nothing;
    const others = this.#listener === undefined ? undefined : (this.#others ??= new Set());
    if (others === undefined) this.#listener = listener;
    else others.add(listener);
    if (!this.#isWatching) this.#watch();
    return () => {
      // The set it is in, for by then the deadline may be telling its listeners, and have let go of it.
      if (others !== undefined) others.delete(listener);
      else if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** Ends `follower` when it ends itself, at once when it has; never when it was closed before. */
  follow(follower: DeadlineFollower): void {
    const { reason } = this;
    if (reason !== undefined) follower.end(reason);
    if (this.#isOver) return;
    if (this.#follower === undefined) this.#follower = follower;
    else this.#alsoFollow(follower);
    if (!this.#isWatching) this.#watch();
  }

  /** Takes a follower off. */
  unfollow(follower: DeadlineFollower): void {
    if (this.#follower === follower) this.#follower = undefined;
    else this.#dropFollower(follower);
  }

  #alsoFollow(follower: DeadlineFollower): void {
    const others = (this.#otherFollowers ??= []);
    follower.followerSlot = others.length;
    others.push(follower);
  }

  /** The last takes its place: they end in no set order. */
  #dropFollower(follower: DeadlineFollower): void {
    const others = this.#otherFollowers;
    const slot = follower.followerSlot;
    if (others === undefined || others[slot] !== follower) return;
    const last = others.pop() as DeadlineFollower;
    if (last === follower) return;
    last.followerSlot = slot;
    others[slot] = last;
  }

  /** Lets go of timers and listeners: the work is over. It keeps its reason, and never ends after. */
  close(): void {
    this.#isOver = true;
    if (this.#isWatching) this.#parent?.unfollow(this);
    this.#isWatching = false;
    this.#cancelTimer();
    this.#cancelTimer = nothing;
    this.#listener = undefined;
    this.#others = undefined;
    this.#follower = undefined;
    this.#otherFollowers = undefined;
  }

  /** The listener is in before the parent is asked: time goes on, and the parent may end just then. */
  #watch(): void {
    this.#isWatching = true;
    this.#parent?.follow(this);
    if (this.#isOver || this.#expiresAt === Infinity) return;
    this.#arm(this.#expiresAt - this.#clock.now());
  }

  /** A timer is set only when somebody listens: most work is over before anybody does. */
  #arm(delayMs: number): void {
    if (delayMs === Infinity) return;
    this.#cancelTimer = this.#clock.setTimer(delayMs, () => this.#expire());
  }

  #endIfDue(): void {
    if (this.#expiresAt !== Infinity && this.#expiresAt <= this.#clock.now()) {
      this.#expire();
      return;
    }
    const inherited = this.#parent?.reason;
    if (inherited !== undefined) this.end(inherited);
  }

  #expire(): void {
    const makeReason = this.#makeReason;
    if (makeReason !== undefined) this.end(makeReason());
  }
}
