import type { TransferPolicy } from "../worker/bytes-codec.ts";
import type { PoolTool } from "./pool-call.ts";
import type { WorkerTransport } from "./worker-transport.ts";

/**
 * What becomes of bytes that the caller marked with `transfer`, in a call that is about to be sent.
 *
 * They move only where the call cannot be sent again: its tool is not repeatable, and the worker has nothing else to
 * do, so that it begins it at once. Otherwise the pool keeps them, and sends a copy.
 *
 * @param load - Calls that the worker has already.
 */
export function inputPolicy(
  { repeatable }: PoolTool,
  { threadId }: WorkerTransport,
  load: number,
): TransferPolicy {
  if (threadId === undefined) return "copy";
  return repeatable || load > 0 ? "keep" : "move";
}
