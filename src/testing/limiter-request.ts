import { ToolError } from "../core/tool-error.ts";
import type { AdmissionRequest, Limiter, Permit } from "../limits/limiter.ts";
import { Deadline, type DeadlineFollower, type DeadlineListener } from "../time/deadline.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** How a request stands. `waiting` is left once, for good. */
export type Standing = "waiting" | "running" | "released" | { readonly refused: unknown };

/** What a request asks, a tool known by its name alone included. */
export type AskedOf = Partial<AdmissionRequest> & { readonly toolName?: string };

/** One request to a limiter, and what came of it. */
export class LimiterRequest {
  readonly toolName: string;
  readonly priority: number;
  readonly deadline: ListenedDeadline;
  /** The limits it was told it waits for. */
  readonly heldBy: string[] = [];
  /** Whether the permit came without a promise. */
  readonly wasAtOnce: boolean;
  standing: Standing = "waiting";
  #permit: Permit | undefined;

  constructor(limiter: Limiter, clock: VirtualClock, asked: AskedOf = {}) {
    const { toolName = "a", tool = { name: toolName } } = asked;
    this.toolName = tool.name;
    this.priority = asked.priority ?? 0;
    this.deadline = new ListenedDeadline(clock);
    const onWait = (limitName: string): void => {
      this.heldBy.push(limitName);
      asked.onWait?.(limitName);
    };
    const { priority, deadline } = this;
    const { tenant, input, parent, askedAt = clock.now() } = asked;
    const request = { tool, input, priority, tenant, askedAt, deadline, parent, onWait };
    const answer = this.#ask(() => limiter.acquire(request));
    this.wasAtOnce = !(answer instanceof Promise);
    if (!(answer instanceof Promise)) this.#hold(answer);
    else
      answer.then(
        (permit) => this.#hold(permit),
        (thrown: unknown) => this.#refuse(thrown),
      );
  }

  /** Gives its permit back, `times` times. */
  release(times = 1): void {
    if (this.standing === "running") this.standing = "released";
    for (let time = 0; time < times; time += 1) this.#permit?.release("success");
  }

  /** The code it was refused with; undefined when it was not. */
  get refusal(): string | undefined {
    if (typeof this.standing === "string") return undefined;
    const { refused } = this.standing;
    return ToolError.is(refused) ? refused.code : String(refused);
  }

  #ask(acquire: () => Permit | Promise<Permit>): Permit | Promise<Permit> | undefined {
    try {
      return acquire();
    } catch (thrown) {
      this.#refuse(thrown);
      return undefined;
    }
  }

  #hold(permit: Permit | undefined): void {
    if (permit === undefined) return;
    this.#permit = permit;
    this.standing = "running";
  }

  #refuse(thrown: unknown): void {
    this.standing = { refused: thrown };
  }
}

/** A deadline that knows how many listen to it, and follow it. */
export class ListenedDeadline extends Deadline {
  readonly #following = new Set<DeadlineFollower>();
  #listening = 0;

  get listening(): number {
    return this.#listening + this.#following.size;
  }

  override onEnd(listener: DeadlineListener): () => void {
    this.#listening += 1;
    const leave = super.onEnd(listener);
    return () => {
      this.#listening -= 1;
      leave();
    };
  }

  override follow(follower: DeadlineFollower): void {
    this.#following.add(follower);
    super.follow(follower);
  }

  override unfollow(follower: DeadlineFollower): void {
    this.#following.delete(follower);
    super.unfollow(follower);
  }
}
