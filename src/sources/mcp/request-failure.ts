/** What went wrong with a request, read from what the SDK throws. */
import type * as Sdk from "@modelcontextprotocol/client";
import type { ErrorCode } from "../../core/error-codes.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ConnectionLoss } from "./connection-loss.ts";
import { HttpFailure } from "./http-failure.ts";
import { STREAM_ENDED } from "./open-transport.ts";
import { MALFORMED_ANSWER } from "./read-message.ts";
import { readRpcData } from "./rpc-data.ts";
import { NotSent } from "./stdio-transport.ts";

/**
 * `answered`: the server said no, and lives. `refused`: it would not take the request, perhaps because it has lost its
 * memory of the session; nothing was done. `lost`: there is no answer, and the connection may be gone.
 */
export type Failure =
  | { readonly kind: "answered"; readonly error: ToolError }
  | { readonly kind: "refused"; readonly error: ToolError; readonly loss: ConnectionLoss }
  | { readonly kind: "lost"; readonly loss: ConnectionLoss; readonly wasSent: boolean };

/** Most characters of what a server says of an error: models read it. */
const MOST_TEXT = 4_000;

/** Codes of HTTP statuses that answer a request; others are `TOOL_FAILED`. */
const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  401: "SOURCE_UNAVAILABLE",
  403: "PERMISSION_DENIED",
  429: "RATE_LIMITED",
};
const REFUSALS: ReadonlySet<number> = new Set([400, 404]);
/** What proxies say of a server that is not there. Only with the last is it certain that it was not reached. */
const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 504, 503]);
const NOTHING_WAS_DONE = 503;
/** JSON-RPC: the method or the parameters are wrong, and will be the next time. */
const LASTING: ReadonlySet<number> = new Set([-32_600, -32_601, -32_602]);

/** Reads failures of one server's requests. */
export class FailureReader {
  readonly #sdk: typeof Sdk;
  readonly #name: string;
  readonly #hide: (text: string) => string;

  /** @param hide - Takes secrets out of a text. */
  constructor(sdk: typeof Sdk, name: string, hide: (text: string) => string) {
    this.#sdk = sdk;
    this.#name = name;
    this.#hide = hide;
  }

  /** What went wrong with a request. */
  read(thrown: unknown): Failure {
    const { ProtocolError, SdkError, UnauthorizedError } = this.#sdk;
    if (thrown instanceof HttpFailure)
      return { kind: "lost", loss: this.#loss(thrown.message, thrown), wasSent: thrown.wasSent };
    if (thrown instanceof NotSent || isNotConnected(thrown))
      return { kind: "lost", loss: this.#loss("is not connected", thrown), wasSent: false };
    if (thrown instanceof ProtocolError) return this.#readProtocolError(thrown);
    if (thrown instanceof UnauthorizedError) return this.#readStatus(401, thrown);
    const status = this.statusOf(thrown);
    if (status !== undefined) return this.#readStatus(status, thrown);
    if (thrown instanceof SdkError) return this.#readSdkError(thrown);
    return this.#answer("TOOL_FAILED", thrownText(thrown), { cause: thrown });
  }

  /** The HTTP status of a refusal, where there was one. */
  statusOf(thrown: unknown): number | undefined {
    const { SdkHttpError, SseError } = this.#sdk;
    if (thrown instanceof SdkHttpError) return thrown.status;
    if (thrown instanceof SseError) return thrown.code;
    // The SDK's SSE transport says it in words alone.
    const told = /^Error POSTing to endpoint \(HTTP (?<status>\d{3})\)/u.exec(thrownText(thrown));
    return told === null ? undefined : Number(told.groups?.["status"]);
  }

  /** Why a connection could not be made. */
  connectionLoss(thrown: unknown): ConnectionLoss {
    if (thrown instanceof HttpFailure) return this.#loss(thrown.message, thrown);
    const status = thrown instanceof this.#sdk.UnauthorizedError ? 401 : this.statusOf(thrown);
    if (status === 401 || status === 403)
      return {
        how: `refuses the connection (HTTP ${status}): give it credentials by \`headers\` or an \`authProvider\``,
        cause: thrown,
        retryable: false,
      };
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    const why = cause instanceof HttpFailure ? `: ${cause.message}` : "";
    return this.#loss(`cannot be connected to: ${thrownText(thrown)}${why}`, thrown);
  }

  #readProtocolError(thrown: Sdk.ProtocolError): Failure {
    const { code, message, data } = thrown;
    if (code === STREAM_ENDED)
      return {
        kind: "lost",
        loss: this.#loss("ended a response without an answer"),
        wasSent: true,
      };
    if (code === MALFORMED_ANSWER) return this.#answer("OUTPUT_INVALID", message, {});
    const { shown, isWhole } = readRpcData(data, this.#hide);
    const details = { rpcCode: code, ...(data !== undefined && { rpcData: shown }) };
    // It holds all that the server said.
    const isFit = isWhole && message.length <= MOST_TEXT && this.#hide(message) === message;
    return this.#answer("TOOL_FAILED", message, {
      details,
      ...(isFit && { cause: thrown }),
      retryable: !LASTING.has(code),
    });
  }

  #readSdkError(thrown: Sdk.SdkError): Failure {
    const { SdkErrorCode } = this.#sdk;
    switch (thrown.code) {
      case SdkErrorCode.ConnectionClosed:
        return { kind: "lost", loss: this.#loss("closed the connection"), wasSent: true };
      case SdkErrorCode.NotConnected:
        return { kind: "lost", loss: this.#loss("is not connected"), wasSent: false };
      case SdkErrorCode.CapabilityNotSupported:
        return { kind: "answered", error: this.#unanswered(thrown) };
      case SdkErrorCode.InvalidResult:
        return this.#answer("OUTPUT_INVALID", thrown.message, { cause: thrown });
      default:
        return this.#answer("TOOL_FAILED", thrown.message, { cause: thrown, retryable: false });
    }
  }

  /** It asks in the new era although nobody told it that it may. */
  #unanswered(cause: Sdk.SdkError): ToolError {
    const { method = "a question" } = (cause.data ?? {}) as { readonly method?: string };
    const remedy = "give its source an `elicit`, `sample` or `roots`. In workers nobody is asked.";
    const message = `The MCP server ${this.#name} asks back (${method}), and nobody is there to answer: ${remedy}`;
    return new ToolError("TOOL_FAILED", message, { cause, retryable: false });
  }

  #readStatus(status: number, thrown: unknown): Failure {
    const text = `${thrownText(thrown)} (HTTP ${status})`;
    const loss = this.#loss(`answers with HTTP ${status}`, thrown);
    if (GATEWAY_ERRORS.has(status))
      return { kind: "lost", loss, wasSent: status !== NOTHING_WAS_DONE };
    const details = { httpStatus: status };
    const refusal = this.#answer(STATUS_CODES[status] ?? "TOOL_FAILED", text, {
      details,
      cause: thrown,
      retryable: status === 429 || status >= 500,
    });
    return REFUSALS.has(status) ? { kind: "refused", error: refusal.error, loss } : refusal;
  }

  #answer(
    code: ErrorCode,
    text: string,
    options: ConstructorParameters<typeof ToolError>[2],
  ): Extract<Failure, { kind: "answered" }> {
    // Hidden before it is cut: half a secret would not be found.
    const whole = this.#hide(text.slice(0, 2 * MOST_TEXT));
    const said = whole.length > MOST_TEXT ? `${whole.slice(0, MOST_TEXT)}…` : whole;
    const message = `${this.#hide(`The MCP server ${this.#name} answered:`)} ${said}`;
    return { kind: "answered", error: new ToolError(code, message, options) };
  }

  #loss(how: string, cause?: unknown): ConnectionLoss {
    return { how: this.#hide(how), ...(cause !== undefined && { cause }) };
  }
}

/** What the SDK's client says when it was closed before. */
function isNotConnected(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message === "Not connected";
}
