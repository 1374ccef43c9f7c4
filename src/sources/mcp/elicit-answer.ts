/** Checks what is answered before a server gets it. */
import type { JsonSchema } from "../../core/json-schema.ts";
import { compileValidator } from "../../schema/compile-validator.ts";
import { isRecord } from "./mcp-fields.ts";
import type { McpElicitAnswer, McpElicitRequest } from "./question-options.ts";

/** Most mistakes of one answer that are told. */
const MOST_TOLD = 5;

/**
 * The answer as the server gets it: with the form's defaults for fields that were left out (SEP-1034), and no content but
 * that of an accepted form.
 *
 * @throws TypeError when it is none, or its content does not fit the form. Says which field, and never what is in it.
 */
export async function checkElicitAnswer(
  request: McpElicitRequest,
  answer: unknown,
): Promise<McpElicitAnswer> {
  const { action, content } = isRecord(answer) ? answer : {};
  if (action === "decline" || action === "cancel") return { action };
  if (action !== "accept")
    throw new TypeError("An answer's `action` is one of accept, decline, cancel.");
  if (request.mode === "url") return { action };
  return { action, content: await checkContent(request.requestedSchema, content ?? {}) };
}

async function checkContent(
  schema: JsonSchema,
  given: unknown,
): Promise<NonNullable<McpElicitAnswer["content"]>> {
  if (!isRecord(given)) throw new TypeError("The `content` of an answer is an object.");
  const left = Object.entries(given).filter(([, value]) => value !== undefined);
  const validator = compileValidator(schema, undefined, { coerce: false, isForeign: true });
  const parsed = await validator.parse(Object.fromEntries(left));
  if (parsed.ok) return parsed.value as NonNullable<McpElicitAnswer["content"]>;
  const told = parsed.issues.slice(0, MOST_TOLD).map(({ path, message }) => {
    return `${path === "" ? "the content" : path} ${message}`;
  });
  throw new TypeError(`The answer does not fit the form: ${told.join("; ")}.`);
}
