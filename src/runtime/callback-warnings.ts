/** What goes wrong in a function that a user gave only to be told: it harms no call, and becomes a process warning. */
import { isPromiseLike } from "../core/promise-like.ts";
import { isError, thrownText } from "../core/thrown-text.ts";

/** Warns of what a function threw. */
export function warnOfThrown(callback: string, thrown: unknown, verb: string = "threw"): void {
  const message = `${callback} ${verb}: ${thrownText(thrown)}`;
  process.emitWarning(message, { type: "ToolyardWarning", detail: stackOf(thrown) });
}

/** Warns of what a function rejects with that gave back a promise. Nobody waits for it. */
export function warnOfRejection(callback: string, returned: unknown): void {
  if (isPromiseLike(returned)) void heed(callback, returned);
}

async function heed(callback: string, promise: PromiseLike<unknown>): Promise<void> {
  try {
    await promise;
  } catch (thrown) {
    warnOfThrown(callback, thrown, "rejected");
  }
}

/** Reading a stack may throw, as reading anything of what was thrown. */
function stackOf(thrown: unknown): string {
  try {
    return isError(thrown) ? String(thrown.stack) : "";
  } catch {
    return "";
  }
}
