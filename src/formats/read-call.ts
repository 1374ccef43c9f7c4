/** What all providers' calls have in common: an id, a name, and arguments as JSON text or object. */
import type { ToolCall } from "../core/tool-call.ts";
import { explainMalformedJson } from "./malformed-json.ts";

const MADE_ID = /^toolyard_\d+$/;

/** A call's input, and what is wrong with it. */
export type CallInput = Pick<ToolCall, "input" | "malformed">;

/**
 * Puts a call together. Where the provider sent no id, it is `toolyard_<index>`; a number is an id, as
 * text. Where it sent no name, the call is malformed rather than lost, so that it gets its result.
 */
export function readCall(index: number, id: unknown, name: unknown, given: CallInput): ToolCall {
  const isId = typeof id === "number" || (typeof id === "string" && id !== "");
  const callId = isId ? String(id) : `toolyard_${index}`;
  if (typeof name === "string") return { id: callId, name, ...given };
  return { id: callId, name: "", input: given.input, malformed: "the call names no tool" };
}

/** Whether {@link readCall} made this id because the provider sent none. */
export function isMadeId(id: string): boolean {
  return MADE_ID.test(id);
}

/**
 * Reads arguments that are JSON text, or already what the text says. None, or blank text, is `{}`.
 * Malformed text stays the input, and `malformed` says why and where, but not what it says.
 */
export function readArguments(given: unknown): CallInput {
  if (given === undefined || given === null) return { input: {} };
  if (typeof given !== "string") return { input: given };
  if (given.trim() === "") return { input: {} };
  try {
    return { input: JSON.parse(given) };
  } catch {
    const why = explainMalformedJson(given);
    return { input: given, malformed: `the arguments are not valid JSON: ${why}` };
  }
}
