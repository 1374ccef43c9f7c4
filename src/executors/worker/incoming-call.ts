import { CallContext, type CallSurroundings } from "../../core/call-context.ts";
import { thrownText } from "../../core/thrown-text.ts";
import type { ConcreteMode, ToolProgress } from "../../core/tool.ts";
import type { Attachment, CallDetails, CallMessage } from "./protocol.ts";
import { type EncodedValue, decodeValue } from "./value-codec.ts";

const NO_DETAILS: CallDetails = {};

/** A call as it came in, unpacked. */
export class IncomingCall {
  readonly seq: number;
  readonly tool: number;
  readonly details: CallDetails;
  readonly #attemptId: string;
  readonly #callId: string;
  readonly #input: EncodedValue;
  readonly #attachments: readonly Attachment[];
  /** Whether it need not begin any more. */
  isCancelled = false;

  constructor(message: CallMessage, attachments: readonly Attachment[]) {
    // By their places: to take a list apart by a pattern makes an object for each part.
    const details = message[5] ?? NO_DETAILS;
    this.seq = message[0];
    this.tool = message[1];
    this.details = details;
    this.#attemptId = message[2];
    this.#callId = message[3];
    this.#input = details.input ?? { json: message[4] };
    this.#attachments = attachments;
  }

  /** The tool's input. @throws Error when it cannot be read. */
  input(): unknown {
    return decodeValue(this.#input, this.#attachments);
  }

  /** What the tool is told besides its input. */
  contextIn(place: CallPlace): CallContext {
    const { attempt = 1, tenant, idempotencyKey, context } = this.details;
    return new CallContext(
      {
        callId: this.#callId,
        attemptId: this.#attemptId,
        attempt,
        toolName: place.toolName,
        mode: place.mode,
        workerId: place.workerId,
        tenant,
        idempotencyKey,
        context: context && decodeValue(context, this.#attachments),
      },
      place,
    );
  }
}

/** Where a call runs, and what it can ask there. */
export interface CallPlace extends CallSurroundings {
  readonly toolName: string;
  readonly mode: ConcreteMode;
  readonly workerId: string;
}

/** Progress as JavaScript may tell it. */
type UncheckedProgress = { readonly [Key in keyof ToolProgress]: unknown };

/** Only what the type says: anything else could keep the frame from being written. */
export function plainProgress({ progress, total, message }: UncheckedProgress): ToolProgress {
  return {
    progress: Number(progress),
    ...(total !== undefined && { total: Number(total) }),
    ...(message !== undefined && { message: thrownText(message) }),
  };
}
