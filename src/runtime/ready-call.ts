import type { Tool } from "../core/tool.ts";
import type { AdmissionRequest, Permit } from "../limits/limiter.ts";
import type { Deadline } from "../time/deadline.ts";
import type { AcceptedCall } from "./accepted-call.ts";
import type { BoundTool } from "./bound-tool.ts";
import type { CallStory } from "./call-story.ts";

/**
 * A call on its way: found, parsed, and what asks for its turn. Thousands may wait, so it is one object
 * for the limiter and the attempts alike.
 */
export class ReadyCall implements AdmissionRequest {
  readonly accepted: AcceptedCall;
  readonly bound: BoundTool;
  readonly input: unknown;
  readonly story: CallStory;

  readonly askedAt: number;
  readonly parent: Permit | undefined;

  constructor(story: CallStory, accepted: AcceptedCall, bound: BoundTool, input: unknown) {
    this.askedAt = story.waitingSince;
    this.story = story;
    this.accepted = accepted;
    this.parent = accepted.parent?.permit;
    this.bound = bound;
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
