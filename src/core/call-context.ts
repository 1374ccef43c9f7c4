import { type CallLife, SignalLife } from "./call-life.ts";
import { type CallTool, type NestedCallOptions, checkNestedCall } from "./nested-call.ts";
import type { ConcreteMode, ToolContext, ToolProgress } from "./tool.ts";
import type { UsageReport } from "./usage-report.ts";

/** The facts of a {@link ToolContext} that are known before the call starts. */
export type CallFacts = Omit<ToolContext, "signal" | "progress" | "call" | "reportUsage">;

/** What only the place that runs the call can give it. */
export interface CallSurroundings {
  /** Makes the signal when the tool first asks for it: most tools never do. */
  makeSignal(): AbortSignal;
  /** What the signal tells, without one. Undefined: only the signal tells it. */
  readonly life?: CallLife | undefined;
  onProgress(update: ToolProgress): void;
  /** False: nothing comes of progress that the call tells. Undefined: that is not known here. */
  readonly isProgressHeard?: boolean | undefined;
  /** Runs another tool for it. What comes in has been checked. Rejects with a ToolError. */
  onCall(name: string, input: unknown, options: NestedCallOptions): Promise<unknown>;
  /** @throws TypeError when the report is none. */
  onUsage(report: number | UsageReport): void;
}

const NO_OPTIONS: NestedCallOptions = {};

/** The {@link ToolContext} of one call. Its members may be destructured. */
export class CallContext implements ToolContext {
  readonly callId: string;
  readonly attemptId: string;
  readonly attempt: number;
  readonly toolName: string;
  readonly mode: ConcreteMode;
  readonly workerId: string | undefined;
  readonly tenant: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly context: unknown;
  #progress: ((update: ToolProgress) => void) | undefined;
  readonly #surroundings: CallSurroundings;

  constructor(facts: CallFacts, surroundings: CallSurroundings) {
    this.callId = facts.callId;
    this.attemptId = facts.attemptId;
    this.attempt = facts.attempt;
    this.toolName = facts.toolName;
    this.mode = facts.mode;
    this.workerId = facts.workerId;
    this.tenant = facts.tenant;
    this.idempotencyKey = facts.idempotencyKey;
    this.context = facts.context;
    this.#surroundings = surroundings;
  }

  /** Made when first read, as the signal is. */
  get progress(): (update: ToolProgress) => void {
    return (this.#progress ??= (update) => this.#surroundings.onProgress(update));
  }

  /** @internal What {@link heardProgress} asks. */
  get isProgressHeard(): boolean {
    return this.#surroundings.isProgressHeard ?? true;
  }

  get signal(): AbortSignal {
    return this.#surroundings.makeSignal();
  }

  /** @internal What {@link lifeOf} gives: tools know of the signal alone. */
  get life(): CallLife {
    return this.#surroundings.life ?? new SignalLife(this.signal);
  }

  /** Made at each look, as {@link reportUsage}: most calls want neither, and pay not even for a field. */
  get call(): CallTool {
    return (name, input = {}, options = NO_OPTIONS) => {
      const output = this.#call(name, input, options);
      // A tool that does not wait for it must not bring its process down.
      output.catch(ignore);
      return output;
    };
  }

  get reportUsage(): (usage: number | UsageReport) => void {
    return (usage) => this.#surroundings.onUsage(usage);
  }

  async #call(name: string, input: unknown, options: NestedCallOptions): Promise<unknown> {
    checkNestedCall(name, options);
    return this.#surroundings.onCall(name, input, options);
  }
}

/** How long the call of `context` may go on: the cheapest way there is to be told, for tools of our own. */
export function lifeOf(context: Pick<ToolContext, "signal">): CallLife {
  return context instanceof CallContext ? context.life : new SignalLife(context.signal);
}

/** Where the call of `context` tells its progress; undefined when nobody would hear of it, and it need not be asked for. */
export function heardProgress(
  context: Pick<ToolContext, "progress">,
): ToolContext["progress"] | undefined {
  const isHeard = !(context instanceof CallContext) || context.isProgressHeard;
  return isHeard ? context.progress : undefined;
}

function ignore(): void {}
