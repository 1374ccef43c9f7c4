/** From a file of tool calls, JSON or JSON lines, to calls. */
import type { ToolCall } from "../core/tool-call.ts";
import { decodeToolCalls } from "../formats/decode-tool-calls.ts";
import { explainMalformedJson } from "../formats/malformed-json.ts";
import { isMadeId } from "../formats/read-call.ts";
import { UsageError } from "./usage-error.ts";

const REMEDY =
  "Write what a model answered: its tool calls, the message or response that holds them, or one of these per line.";

/**
 * Reads the calls of a file. A file whose first line is JSON by itself and not all there is, is JSON
 * lines; anything else is one JSON value.
 *
 * @param name - How messages call the file.
 * @throws UsageError that names the line.
 */
export function readCalls(text: string, name: string): ToolCall[] {
  const source = text.replace(/^\uFEFF/u, "");
  if (source.trim() === "") throw new UsageError(`${name} is empty.`, REMEDY);
  return isJsonLines(source) ? readLines(source, name) : decode(parse(source, name, 1), name);
}

function isJsonLines(source: string): boolean {
  const [first = "", second] = source.split("\n").filter((line) => line.trim() !== "");
  return second !== undefined && isJson(first);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readLines(source: string, name: string): ToolCall[] {
  const calls: ToolCall[] = [];
  for (const [place, line] of source.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = parse(line, name, place + 1);
    const decoded = decode(value, `${name}:${place + 1}`);
    for (const call of decoded) calls.push(withPlace(call, calls.length));
  }
  return calls;
}

/** Ids that the decoder made from a place in its line are made again from the place in the file. */
function withPlace(call: ToolCall, index: number): ToolCall {
  return isMadeId(call.id) ? { ...call, id: `toolyard_${index}` } : call;
}

function parse(json: string, name: string, line: number): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const why = explainMalformedJson(json);
    const inside = /\(line (\d+), column (\d+)\)/u.exec(why);
    const at = `${name}:${line - 1 + Number(inside?.[1] ?? 1)}:${inside?.[2] ?? 1}`;
    const reason = why.replace(/ at position \d+ \(line \d+, column \d+\)/u, "");
    throw new UsageError(`${at}: not valid JSON: ${reason}.`, REMEDY, { cause });
  }
}

function decode(value: unknown, place: string): ToolCall[] {
  try {
    return decodeToolCalls(value).calls;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const [problem = ""] = cause.message.split(" Accepted are ");
    throw new UsageError(`${place}: ${problem}`, REMEDY, { cause });
  }
}
