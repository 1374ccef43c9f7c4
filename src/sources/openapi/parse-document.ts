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
    const value: unknown = parse(trimmed, { merge: true, maxAliasCount: MAX_ALIASES });
    if (value !== undefined && typeof value !== "string") return value;
  } catch (thrown) {
    throw new SyntaxError(`it is no YAML: ${firstLine(thrown)}`, { cause: thrown });
  }
  throw new SyntaxError("it is neither JSON nor YAML with names and values");
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
