/**
 * Calls of tools beside the SDK's client, over the same connection: most of what a call costs there is schemas that look
 * at every message several times, a timer and a signal, which are all kept elsewhere here.
 *
 *   call ─▶ written ─┬▶ answer ─▶ checked ─▶ result, or the SDK's error
 *                    ├▶ its life ends ─▶ `notifications/cancelled` ─▶ that reason
 *                    └▶ the connection goes ─▶ the SDK's error
 *
 * Only where this is all there is to a call: over stdio, in the era of sessions. All else is the SDK's.
 */
import type * as Sdk from "@modelcontextprotocol/client";
import type { CallLife, LifeFollower } from "../../core/call-life.ts";
import type { CancelTimer, Clock } from "../../time/clock.ts";
import { AnswerCheck } from "./answer-check.ts";
import { CallsUnderWay } from "./calls-under-way.ts";
import { NEVER_MS } from "./connect-client.ts";
import { isRecord } from "./mcp-fields.ts";
import type { MessageWriter } from "./message-writer.ts";
import type { ProgressMeta } from "./progress-listeners.ts";
import { NotSent } from "./stdio-transport.ts";

/** What a tool is called with. */
export interface DirectCallParams extends ProgressMeta {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What {@link DirectCalls} are made with. */
export interface DirectCallParts {
  readonly sdk: typeof Sdk;
  readonly clock: Clock;
  readonly writer: MessageWriter;
}

/** Calls tools over one connection. Keeps the program alive while a call waits: what it waits for does not. */
export class DirectCalls {
  readonly #parts: DirectCallParts;
  readonly #answers: AnswerCheck;
  readonly #underWay = new CallsUnderWay<DirectCall>();
  #letProgramEnd: CancelTimer = () => {};
  #isClosed = false;

  constructor(parts: DirectCallParts) {
    this.#parts = parts;
    this.#answers = new AnswerCheck(parts.sdk);
  }

  /** Makes a call. Rejects as the SDK does, and with the reason of its life when that ends. */
  call(params: DirectCallParams, life: CallLife): Promise<Sdk.CallToolResult> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new NotSent("the connection is closed");
      const call = new DirectCall(this, life, { resolve, reject });
      this.#enter(call);
      try {
        this.#write({ id: call.id, method: "tools/call", params });
      } catch (thrown) {
        this.#leave(call.id);
        throw thrown;
      }
      life.follow(call);
    });
  }

  /** Takes a message if it answers a call that was made here: true, also when nobody waits for it any more. */
  take(message: Sdk.JSONRPCMessage): boolean {
    if ("method" in message) return false;
    // Some servers answer a number with the same number as a text; hostile ones with anything.
    const said: unknown = message.id;
    const id = typeof said === "string" ? Number(said) : said;
    if (typeof id !== "number" || !this.#underWay.isOurs(id)) return false;
    const call = this.#leave(id);
    if (call === undefined) return true;
    if ("error" in message) {
      const { code, message: text, data } = message.error;
      call.settle.reject(this.#parts.sdk.ProtocolError.fromError(code, text, data));
    } else call.settle.resolve(this.#answers.read(withoutKind(message.result)));
    return true;
  }

  /** @internal The life of a call has ended. */
  cancel({ id, settle }: DirectCall, reason: unknown): void {
    if (this.#leave(id) === undefined) return;
    settle.reject(reason);
    const params = { requestId: id, reason: String(reason) };
    try {
      this.#write({ method: "notifications/cancelled", params });
    } catch {
      // The connection is gone, and the call with it.
    }
  }

  /** The connection is gone: nothing is answered any more. */
  close(): void {
    this.#isClosed = true;
    const { SdkError, SdkErrorCode } = this.#parts.sdk;
    const error = new SdkError(SdkErrorCode.ConnectionClosed, "Connection closed");
    for (const { id, settle } of this.#underWay.all()) {
      this.#leave(id);
      settle.reject(error);
    }
  }

  #enter(call: DirectCall): void {
    if (this.#underWay.size === 0)
      this.#letProgramEnd = this.#parts.clock.setTimer(NEVER_MS, () => {});
    this.#underWay.add(call);
  }

  #leave(id: number): DirectCall | undefined {
    const call = this.#underWay.take(id);
    call?.life.unfollow(call);
    if (call !== undefined && this.#underWay.size === 0) this.#letProgramEnd();
    return call;
  }

  #write(message: object): void {
    this.#parts.writer.write({ jsonrpc: "2.0", ...message });
  }
}

interface Settle {
  readonly resolve: (result: Sdk.CallToolResult | Promise<Sdk.CallToolResult>) => void;
  readonly reject: (reason: unknown) => void;
}

/** A call that has been sent. */
class DirectCall implements LifeFollower {
  id = -1;
  followerSlot = -1;
  readonly life: CallLife;
  readonly settle: Settle;
  readonly #calls: DirectCalls;

  constructor(calls: DirectCalls, life: CallLife, settle: Settle) {
    this.#calls = calls;
    this.life = life;
    this.settle = settle;
  }

  end(reason: unknown): void {
    this.#calls.cancel(this, reason);
  }
}

/** A word of the newer era, which says nothing in this one. */
function withoutKind(answer: unknown): unknown {
  if (!isRecord(answer) || !("resultType" in answer)) return answer;
  const { resultType: _kind, ...rest } = answer;
  return rest;
}
