import type { Tool } from "../core/tool.ts";
import type { Executor } from "../executors/executor.ts";
import type { AdmissionRequest, Permit } from "../limits/limiter.ts";
import type { Deadline } from "../time/deadline.ts";
import type { AcceptedCall } from "./accepted-call.ts";
import type { BoundTool } from "./bound-tool.ts";
import type { CallStory } from "./call-story.ts";

/** The tool of a call, and what runs it. */
export interface CallPlace {
  readonly bound: BoundTool;
  readonly executor: Executor;
}

/**
 * A call on its way: found, parsed, and what asks for its turn. Thousands may wait, so it is one object
 * for the limiter and the attempts alike.
 */
export class ReadyCall implements AdmissionRequest {
  readonly accepted: AcceptedCall;
  readonly bound: BoundTool;
  readonly executor: Executor;
  readonly input: unknown;
  readonly story: CallStory;

  readonly askedAt: number;
  readonly parent: Permit | undefined;

  /** From here on it waits for its turn. @throws ToolError when its deadline has ended. */
  constructor(story: CallStory, accepted: AcceptedCall, place: CallPlace, input: unknown) {
    if (accepted.deadline.reason !== undefined) throw accepted.deadline.reason;
    const { bound, executor } = place;
    story.waits(executor.mode);
    this.askedAt = story.waitingSince;
    this.story = story;
    this.accepted = accepted;
    this.parent = accepted.parent?.permit;
    this.bound = bound;
    this.executor = executor;
    this.input = input;
  }

  get tool(): Tool {
    return this.bound.tool;
  }

  get priority(): number {
    return this.accepted.options.priority ?? 0;
  }

  get tenant(): string | undefined {
    return this.accepted.options.tenant;
  }

  /** One key serves a batch: the calls after the first have their places behind it, for they are other effects. */
  get idempotencyKey(): string | undefined {
    const { options, index, parent } = this.accepted;
    const { idempotencyKey: key } = options;
    return key === undefined || index === 0 || parent !== undefined ? key : `${key}:${index}`;
  }

  get deadline(): Deadline {
    return this.accepted.deadline;
  }

  /** Its permit is held: whoever feeds calls in may send the next. */
  onAdmitted(): void {
    this.accepted.onAdmitted?.();
  }

  onWait(limitName: string): void {
    this.story.queued(limitName);
  }
}
