/** Whose tool a value is, told by its shape: no framework is imported to find out. */
import { isPromiseLike } from "../../core/promise-like.ts";
import { isDefinedTool } from "../../core/tool.ts";

/** An object of which nothing is known. */
export type ForeignObject = Readonly<Record<string, unknown>>;

/** Whose tool it is. */
export type Framework = "langchain" | "ai-sdk" | "mastra" | "openai-agents";

/** Mastra puts it on its tools, which else have the shape of the AI SDK's. */
const MASTRA = Symbol.for("mastra.core.tool.Tool");

/** Whether `value` is an object, whatever its class. */
export function isObject(value: unknown): value is ForeignObject {
  return typeof value === "object" && value !== null;
}

/** Whose tool `value` is; undefined when it is no tool that can be called. */
export function frameworkOf(value: ForeignObject): Framework | undefined {
  const { type, name, invoke, execute } = value;
  if (typeof invoke === "function" && typeof name === "string") {
    if (type === "function" && "parameters" in value) return "openai-agents";
    if ("schema" in value) return "langchain";
  }
  const hasSchema = "inputSchema" in value || "parameters" in value;
  if (typeof execute !== "function" || !hasSchema) return undefined;
  return MASTRA in value ? "mastra" : "ai-sdk";
}

/** Whether it is a plain object that holds other things by name, as a ToolSet does. */
export function isRecord(value: ForeignObject): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain && Object.values(value).every(isObject) && explainRefusal(value) === undefined;
}

/** What something that is no tool of another framework looks like, and what to do with it. */
export function describeStranger(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") {
    return "a function. Make a tool of it with defineTool, or export it from a module and use registerModule";
  }
  if (!isObject(value)) return `a ${typeof value}`;
  const explained = explainRefusal(value);
  if (explained !== undefined) return explained;
  const fields = Object.keys(value).slice(0, 8);
  return fields.length === 0
    ? "an object without fields"
    : `an object with the fields ${fields.join(", ")}`;
}

type Recognition = readonly [fits: (value: ForeignObject) => boolean, explanation: string];

const isCallable = (value: unknown): boolean => typeof value === "function";

/** The first that fits counts. */
const REFUSALS: readonly Recognition[] = [
  [isPromiseLike, "a promise. Await it first"],
  [isDefinedTool, "a tool of Toolyard's own. Give it to register"],
  [
    ({ listTools, callTool }) => isCallable(listTools) && isCallable(callTool),
    "an MCP client. Use registerMcp",
  ],
  [
    ({ asTool }) => isCallable(asTool),
    "an agent of the OpenAI Agents SDK. Give what its method asTool returns",
  ],
  [
    ({ type, function: declared }) => type === "function" && isObject(declared),
    "a declaration of a tool as a provider takes it, without a function. Give the tool itself",
  ],
  [
    ({ type, id, execute }) =>
      (type === "provider" || type === "provider-defined") &&
      typeof id === "string" &&
      !isCallable(execute),
    "a tool that the model's provider runs. Give it to the model beside the registry's tools",
  ],
  [
    ({ type, name, invoke }) =>
      typeof type === "string" &&
      type !== "function" &&
      type !== "dynamic" &&
      typeof name === "string" &&
      !isCallable(invoke),
    "a hosted tool, which the model's provider or the agent's runner runs. Give it to the agent beside the registry's tools",
  ],
  [
    (value) => "inputSchema" in value && !isCallable(value["execute"]),
    "a tool without `execute`, which runs at the client. Give it to the model beside the registry's tools",
  ],
];

function explainRefusal(value: ForeignObject): string | undefined {
  return REFUSALS.find(([fits]) => fits(value))?.[1];
}
