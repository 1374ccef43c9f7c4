/** From a value to the body of a request, by its media type. */
import { bytesOf } from "./binary-value.ts";
import { inputRefusal } from "./input-refusal.ts";
import type { BodyPlan } from "./operation.ts";
import { scalarText } from "./serialize-parameter.ts";
import { type WrittenBody, writeForm, writeMultipart } from "./write-form.ts";

/**
 * Writes a body: JSON, a form, parts, text, or bytes. Undefined when there is no value.
 *
 * @throws ToolError `INPUT_INVALID` when the value cannot be written as that type.
 */
export function writeBody(plan: BodyPlan, value: unknown): WrittenBody | undefined {
  if (value === undefined) return undefined;
  const contentType = concreteType(plan.contentType, value);
  const essence = (contentType.toLowerCase().split(";")[0] ?? "").trim();
  const { field, encoding = {} } = plan;
  if (essence.startsWith("multipart/")) return writeMultipart(field, value, encoding);
  if (essence === "application/x-www-form-urlencoded") {
    return { contentType, content: writeForm(field, value, encoding) };
  }
  if (JSON_TYPE.test(essence)) return { contentType, content: jsonText(field, value) };
  if (value instanceof Uint8Array) return { contentType, content: value };
  if (TEXT_TYPE.test(essence)) return { contentType, content: scalarText(value) };
  return { contentType, content: bytesOf(field, value) };
}

function jsonText(field: string, value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    throw inputRefusal(field, "it cannot be written as JSON");
  }
}

const JSON_TYPE = /[/+]json$/;
const TEXT_TYPE =
  /^text\/|[/+]xml$|[/+]yaml$|x-yaml$|javascript$|graphql$|ndjson$|jsonl$|json-seq$|sql$/;

/** A type with a `*` says that any will do. */
function concreteType(contentType: string, value: unknown): string {
  if (!contentType.includes("*")) return contentType;
  if (contentType.startsWith("text/")) return "text/plain; charset=utf-8";
  if (value instanceof Uint8Array) return "application/octet-stream";
  return typeof value === "string" ? "text/plain; charset=utf-8" : "application/json";
}
