/** The calls that tools in workers make: taken to the attempt that asks, and the answer back to its worker. */
import { deserializeError, serializeError } from "../../core/serialized-error.ts";
import { ToolError } from "../../core/tool-error.ts";
import { outgoingPolicy } from "../worker/bytes-codec.ts";
import type { AskMessage, Attachment, ReplyMessage, WithdrawMessage } from "../worker/protocol.ts";
import { decodeValue, encodeValue } from "../worker/value-codec.ts";
import type { PoolCall } from "./pool-call.ts";
import type { PoolWorker } from "./pool-worker.ts";

/** A worker wants a call made. */
export function onAsk(
  worker: PoolWorker,
  message: AskMessage,
  attachments: readonly Attachment[],
): void {
  const call = worker.find(message.seq);
  // It has ended in its worker, which knows that it waits for nothing any more.
  if (call === undefined) return;
  void runAsk(call, message, attachments).then(
    (output) => reply(worker, call, message, { output }),
    (error: unknown) => reply(worker, call, message, { error }),
  );
}

/** A worker no longer wants a call it has asked for. */
export function onWithdraw(worker: PoolWorker, { seq, ask, reason }: WithdrawMessage): void {
  worker.find(seq)?.withdrawAsk(ask, deserializeError(reason));
}

/** What comes from a worker is believed only as far as it is checked: by whoever runs the call. */
async function runAsk(
  call: PoolCall,
  { ask, name, input, options, withdrawn }: AskMessage,
  attachments: readonly Attachment[],
): Promise<unknown> {
  const value = decodeValue(input, attachments);
  const signal = call.openAsk(ask);
  if (withdrawn !== undefined) call.withdrawAsk(ask, deserializeError(withdrawn));
  try {
    return await call.attempt.call(name, value, { ...options, signal });
  } finally {
    call.closeAsk(ask, signal);
  }
}

/** Nobody waits for the answer when the worker has gone, or the call has ended there or was taken away. */
function reply(
  worker: PoolWorker,
  call: PoolCall,
  { seq, ask, name }: AskMessage,
  answer: { readonly output: unknown } | { readonly error: unknown },
): void {
  if (worker.find(seq) !== call) return;
  const head = { type: "reply", seq, ask } as const;
  try {
    if ("error" in answer) worker.tell({ ...head, error: serializeError(answer.error) });
    else sendOutput(worker, { ...head, name }, answer.output);
  } catch (thrown) {
    worker.tell({ ...head, error: serializeError(tooLarge(name, thrown)) });
  }
}

function sendOutput(
  worker: PoolWorker,
  { name, ...head }: ReplyMessage & { readonly name: string },
  value: unknown,
): void {
  const attachments: Attachment[] = [];
  const policy = outgoingPolicy(worker.transport.threadId === undefined ? "process" : "thread");
  const output = encodeValue(value, attachments, `The output of ${name}`, policy);
  worker.tell({ ...head, output }, attachments);
}

function tooLarge(name: string, thrown: unknown): ToolError {
  if (ToolError.is(thrown)) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const message = `The output of ${name} is too large for a worker: ${reason}`;
  return new ToolError("OUTPUT_TOO_LARGE", message, { cause: thrown });
}
