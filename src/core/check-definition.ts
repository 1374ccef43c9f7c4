/** Checks of what types cannot: a tool may be written in JavaScript, or come from a source. */
import { ERROR_CODES } from "./error-codes.ts";
import { EXECUTION_MODES } from "./execution-mode.ts";
import { permissionsProblem } from "./permissions.ts";
import { resultProblem } from "./result-size.ts";
import type { RetryPolicy, Tool } from "./tool-shape.ts";

/** A tool as JavaScript may write it. */
type UncheckedTool = Omit<Tool, "execute"> & { readonly execute: unknown };

/** What is wrong with a function that is a generator, as the end of a sentence. */
export const GENERATOR_PROBLEM: string =
  "is a generator, and a tool gives one output. Return a list, and tell what is known before the end by `context.progress`.";

/** Whether a function is a generator, async or not: it does nothing when it is called, and returns no output. */
export function isGenerator(given: unknown): boolean {
  // Not by its class, which is another one in every realm.
  return /^\[object (?:Async)?GeneratorFunction\]$/u.test(Object.prototype.toString.call(given));
}

/**
 * Checks what types cannot: names, numbers and functions of a tool written in JavaScript.
 *
 * @throws TypeError that names the tool and the field.
 */
export function checkDefinition(tool: UncheckedTool): void {
  const given: unknown = tool;
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`A tool must be an object, not ${given === null ? "null" : typeof given}.`);
  }
  const problem = identityProblem(tool) ?? schemaProblem(tool) ?? settingProblem(tool);
  if (problem === undefined) return;
  const named = typeof tool.name === "string" && tool.name !== "";
  throw new TypeError(`Tool ${named ? `"${tool.name}"` : "without a name"}: ${problem}`);
}

function identityProblem(tool: UncheckedTool): string | undefined {
  if (typeof tool.name !== "string" || tool.name === "") {
    return "`name` must be a string that is not empty.";
  }
  if (typeof tool.description !== "string") {
    return "`description` must be a string; the model reads it.";
  }
  if (typeof tool.execute !== "function") return "`execute` must be a function.";
  return isGenerator(tool.execute) ? `\`execute\` ${GENERATOR_PROBLEM}` : undefined;
}

function schemaProblem({ input, output }: UncheckedTool): string | undefined {
  return (
    schemaFault("input", input) ??
    (output === undefined ? undefined : schemaFault("output", output))
  );
}

function schemaFault(field: string, schema: unknown): string | undefined {
  if (!isSchemaLike(schema)) {
    return `\`${field}\` must be a Standard Schema (zod, valibot, arktype) or a JSON Schema object.`;
  }
  if (!isEarlyZod(schema)) return undefined;
  return `\`${field}\` is a zod schema that is no Standard Schema; zod 3.25 or 4 is needed.`;
}

/** Taken for JSON Schema, it would let every value pass. */
function isEarlyZod(schema: object): boolean {
  return "_def" in schema && "parse" in schema && !("~standard" in schema);
}

function isSchemaLike(schema: unknown): schema is object {
  if (typeof schema === "function") return true;
  return typeof schema === "object" && schema !== null && !Array.isArray(schema);
}

function settingProblem(tool: UncheckedTool): string | undefined {
  const { mode, tags, retry, permissions } = tool;
  if (mode !== undefined && !EXECUTION_MODES.includes(mode)) {
    return `\`mode\` must be one of ${EXECUTION_MODES.join(", ")}.`;
  }
  if (tags !== undefined && !isTextList(tags)) return "`tags` must be a list of strings.";
  return (
    timeProblem(tool) ??
    resultProblem(tool) ??
    (retry === undefined ? undefined : retryProblem(retry)) ??
    (permissions === undefined ? undefined : permissionsProblem(permissions))
  );
}

function timeProblem(tool: UncheckedTool): string | undefined {
  const { resetTimeoutOnProgress: resets = false } = tool;
  if (typeof resets !== "boolean") return "`resetTimeoutOnProgress` must be true or false.";
  const wrong = (["timeoutMs", "maxCpuMs"] as const).find(
    (field) => tool[field] !== undefined && !isAtLeast(tool[field], Number.MIN_VALUE),
  );
  return wrong === undefined ? undefined : `\`${wrong}\` must be a number above 0.`;
}

const RETRY_FLOORS = [
  ["initialIntervalMs", 0],
  ["backoffCoefficient", 1],
  ["maximumIntervalMs", 0],
] as const satisfies readonly (readonly [keyof RetryPolicy, number])[];

function retryProblem(retry: RetryPolicy): string | undefined {
  const { maximumAttempts = 1, retryOn = [] } = retry;
  if (!Number.isInteger(maximumAttempts) || maximumAttempts < 1) {
    return "`retry.maximumAttempts` must be an integer from 1.";
  }
  const wrong = RETRY_FLOORS.find(([field, least]) => !isAtLeast(retry[field] ?? least, least));
  if (wrong !== undefined) return `\`retry.${wrong[0]}\` must be a number from ${wrong[1]}.`;
  return codesProblem(retryOn);
}

function codesProblem(codes: unknown): string | undefined {
  if (!isTextList(codes)) return "`retry.retryOn` must be a list of error codes.";
  const unknown = codes.find((code) => !Object.hasOwn(ERROR_CODES, code));
  return unknown === undefined
    ? undefined
    : `\`retry.retryOn\`: there is no error code "${unknown}".`;
}

function isAtLeast(value: unknown, least: number): boolean {
  return typeof value === "number" && value >= least;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === "string");
}
