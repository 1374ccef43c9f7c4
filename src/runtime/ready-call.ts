import type { AdmissionRequest } from "../limits/limiter.ts";
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

  constructor(story: CallStory, accepted: AcceptedCall, bound: BoundTool, input: unknown) {
    this.story = story;
    this.accepted = accepted;
    this.bound = bound;
    this.input = input;
  }

  get toolName(): string {
    return this.bound.tool.name;
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

  onWait(limitName: string): void {
    this.story.queued(limitName);
  }
}
