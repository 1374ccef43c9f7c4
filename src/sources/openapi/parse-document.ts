/** The text of a document: JSON or YAML. */
import { thrownText } from "../../core/thrown-text.ts";

/** Most values that aliases may stand for, so that a few lines cannot become gigabytes. */
const MAX_ALIASES = 10_000;

/**
 * Reads JSON, or else YAML 1.2 with merge keys. What reads YAML is loaded when there is some.
 *
 * @throws SyntaxError that says what is wrong, without the text.
 */
export async function parseText(text: string): Promise<unknown> {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed === "") throw new SyntaxError("it is empty");
  if (/^[[{"]/.test(trimmed)) return parseJson(trimmed);
  if (trimmed.startsWith("<")) throw new SyntaxError(`it is ${markupKind(trimmed)}`);
  const { parse } = await import("yaml");
  try {
    const value: unknown = parse(trimmed, {
      merge: true,
      maxAliasCount: MAX_ALIASES,
      // Its warnings quote the text.
      logLevel: "error",
    });
    if (isCircular(value)) throw new Error("an alias stands within what it stands for");
    if (value !== undefined && typeof value !== "string") return value;
  } catch (thrown) {
    throw new SyntaxError(`it is no YAML: ${firstLine(thrown)}`, { cause: thrown });
  }
  throw new SyntaxError("it is neither JSON nor YAML with names and values");
}

/** An alias within its own anchor makes a value that no JSON can be. What several aliases share is looked at once. */
function isCircular(root: unknown): boolean {
  const open = new Set<unknown>();
  const done = new Set<unknown>();
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.at(-1);
    if (typeof value !== "object" || value === null || done.has(value) || open.has(value)) {
      waiting.pop();
      if (open.delete(value)) done.add(value);
      continue;
    }
    open.add(value);
    for (const member of Object.values(value) as unknown[]) {
      if (open.has(member)) return true;
      waiting.push(member);
    }
  }
  return false;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    // Where it is wrong, and not the excerpt of the text that stands before it.
    const place = /at position \d+(?: \(line \d+ column \d+\))?|end of JSON input/.exec(
      thrownText(thrown),
    );
    throw new SyntaxError(`it is no JSON: wrong ${place?.[0] ?? "at its beginning"}`, {
      cause: thrown,
    });
  }
}

function markupKind(text: string): string {
  const start = text.slice(0, 2_000).toLowerCase();
  if (/<!doctype html|<html/.test(start)) {
    return "an HTML page: give the address of the document itself, which often ends in /openapi.json or /swagger.json";
  }
  return start.includes("definitions") && start.includes("wsdl")
    ? "a WSDL description of a SOAP service"
    : "XML";
}

function firstLine(thrown: unknown): string {
  const [line = ""] = thrownText(thrown).split("\n");
  return line.replace(/:$/, "");
}
