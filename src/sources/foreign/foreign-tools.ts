/**
 * Tools of other frameworks: LangChain and LangGraph, the Vercel AI SDK, Mastra, the OpenAI Agents SDK. They are told apart by their shape and called as their own framework calls them.
 */
import { checkDefinition, type Tool } from "../../core/tool.ts";
import { type ToolSettings, withSettings } from "../tool-settings.ts";
import { agentsTool } from "./agents-tool.ts";
import { aiSdkTool } from "./ai-sdk-tool.ts";
import {
  describeStranger,
  type ForeignObject,
  type Framework,
  frameworkOf,
  isObject,
  isRecord,
} from "./foreign-shape.ts";
import { langChainTool } from "./langchain-tool.ts";
import { mastraTool } from "./mastra-tool.ts";

/** Makes a tool of a foreign one. `key`: its name in a record. */
type Adapt = (foreign: ForeignObject, key: string | undefined) => Tool;

const ADAPTERS: Readonly<Record<Framework, Adapt>> = {
  langchain: langChainTool,
  "ai-sdk": aiSdkTool,
  mastra: mastraTool,
  "openai-agents": agentsTool,
};

/**
 * Makes tools of other frameworks' tools. They are closures, and run in mode `async` unless the settings or a call say
 * otherwise. The signal and the call's id reach them; what they throw makes a call fail with `TOOL_FAILED`.
 *
 * @param tools - A tool, a list, a record by name (a `ToolSet`), or a toolkit with `getTools`; mixed and nested as
 *   they come. A name of a tool's own is stronger than its name in the record.
 * @throws TypeError that says what something looks like that is none, and what to do with it: hosted tools, tools
 *   without a function, agents, promises, plain functions.
 */
export function foreignTools(tools: unknown, options: ToolSettings = {}): Tool[] {
  return collect(tools, TOP).map((tool) => {
    const closed: Tool = { ...tool, mode: "async", origin: { kind: "closure" } };
    checkDefinition(closed);
    return withSettings(closed, options);
  });
}

interface Place {
  /** For messages. */
  readonly place: string;
  readonly key: string | undefined;
  /** What it stands in. */
  readonly above: readonly unknown[];
}

const TOP: Place = { place: "It", key: undefined, above: [] };

function collect(value: unknown, at: Place): Tool[] {
  if (at.above.includes(value)) throw new TypeError(`${at.place} holds itself.`);
  const above = [...at.above, value];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      collect(item, { place: `Item ${index}`, key: undefined, above }),
    );
  }
  if (!isObject(value)) throw strangerError(value, at);
  const framework = frameworkOf(value);
  if (framework !== undefined) return [ADAPTERS[framework](value, at.key)];
  const { getTools } = value;
  if (typeof getTools === "function") return collect(getTools.call(value), { ...at, above });
  // An empty record is fine alone; among others it is a mistake.
  const isEmpty = Object.keys(value).length === 0;
  if (!isRecord(value) || (isEmpty && at.place !== TOP.place)) throw strangerError(value, at);
  return Object.entries(value).flatMap(([key, item]) =>
    collect(item, { place: `"${key}"`, key, above }),
  );
}

function strangerError(value: unknown, { place }: Place): TypeError {
  return new TypeError(
    `${place} is no tool of LangChain, the AI SDK or the OpenAI Agents SDK. It is ${describeStranger(value)}.`,
  );
}
