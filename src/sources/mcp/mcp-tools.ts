/**
 * From what a server lists to tools. A server may list anything: what cannot be used is a problem that names the tool.
 *
 * A server's hints are claims. They decide whether a call may be sent a second time after its connection was lost, so
 * what the user says of the tools (`annotations`) is stronger here, hint by hint; `{ readOnly: false, idempotent: false }`
 * has no call of a server repeated that is not trusted.
 */
import type { Tool as ListedTool } from "@modelcontextprotocol/client";
import type { JsonSchema } from "../../core/json-schema.ts";
import { thrownText } from "../../core/thrown-text.ts";
import {
  isRepeatable,
  type LoadedFunction,
  type Tool,
  type ToolAnnotations,
  type ToolOrigin,
} from "../../core/tool.ts";
import { compileValidator } from "../../schema/compile-validator.ts";
import { withSettings } from "../tool-settings.ts";
import { EXTRA_TOOLS, extrasOf } from "./mcp-extras.ts";
import { isRecord } from "./mcp-fields.ts";
import { chooseNames } from "./mcp-names.ts";
import type { McpOptions } from "./mcp-options.ts";
import { envelopeSchema } from "./mcp-output-schema.ts";
import type { ExtraKind, McpRequest } from "./mcp-request.ts";
import { isDeeperThan } from "./nesting.ts";

/** Most characters of a description; a longer one is cut, for models read it with every request. */
const MAX_DESCRIPTION = 10_000;
/** Most characters of a name; the protocol advises 128. */
const MAX_NAME = 1_000;

/** Most levels of objects and lists in one another, in all that is said of a tool. */
const MAX_LEVELS = 256;

/** How a tool runs here, and how elsewhere. */
export interface McpToolParts {
  executeOf(request: McpRequest): LoadedFunction;
  originOf(request: McpRequest): ToolOrigin;
}

/** A server's list, read. */
export interface ReadTools {
  readonly tools: readonly Tool[];
  readonly problems: readonly string[];
}

/** What became of one tool. */
interface Made extends ReadTools {
  /** What it was made of. */
  readonly print: string;
}

/** Makes tools of lists. What a list has in common with the one before it is not made again. */
export class McpTools {
  readonly #options: McpOptions;
  readonly #parts: McpToolParts;
  #made: ReadonlyMap<string, Made> = new Map();

  constructor(options: McpOptions, parts: McpToolParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Reads a list. Never throws. */
  read(list: readonly ListedTool[]): ReadTools {
    const problems: string[] = [];
    const listed = byName(list, problems);
    const chosen = chooseNames([...listed.keys()], extrasOf(this.#options), this.#options);
    problems.push(...chosen.problems);
    const made = new Map<string, Made>();
    for (const [name, here] of chosen.tools) {
      made.set(name, this.#make(listed.get(name) as ListedTool, here));
    }
    this.#made = made;
    const all = [...made.values()];
    const extras = [...chosen.extras].map(([kind, here]) => this.#extra(kind as ExtraKind, here));
    return {
      tools: [...all.flatMap(({ tools }) => tools), ...extras],
      problems: [...problems, ...all.flatMap((one) => one.problems)],
    };
  }

  #make(listed: ListedTool, name: string): Made {
    if (isDeeperThan(MAX_LEVELS, listed)) return { ...tooDeep(listed), print: "" };
    const print = JSON.stringify(listed);
    const before = this.#made.get(listed.name);
    if (before?.print === print) return before;
    const problems: string[] = [];
    const fault = usageFault(listed);
    if (fault !== undefined) {
      return { print, tools: [], problems: [`"${listed.name}" is left out: ${fault}`] };
    }
    const annotations = { ...claimsOf(listed), ...given(this.#options.annotations) };
    const repeatable = isRepeatable({ annotations });
    const tool = this.#tool(
      { kind: "tool", name: listed.name, repeatable },
      {
        name,
        description: descriptionOf(listed, problems),
        input: listed.inputSchema,
        output: outputOf(listed, problems),
        annotations,
      },
    );
    return { print, tools: [tool], problems };
  }

  #extra(kind: ExtraKind, name: string): Tool {
    const annotations = { readOnly: true, idempotent: true };
    return this.#tool({ kind }, { ...EXTRA_TOOLS[kind], name, annotations });
  }

  #tool(request: McpRequest, about: Omit<Tool, "origin" | "execute">): Tool {
    const { resetTimeoutOnProgress } = this.#options;
    const execute = this.#parts.executeOf(request);
    const origin = this.#parts.originOf(request);
    return withSettings({ ...about, resetTimeoutOnProgress, origin, execute }, this.#options);
  }
}

function byName(list: readonly ListedTool[], problems: string[]): ReadonlyMap<string, ListedTool> {
  const listed = new Map<string, ListedTool>();
  for (const [place, tool] of list.entries()) {
    const name: unknown = isRecord(tool) ? tool.name : undefined;
    if (typeof name !== "string" || name === "") {
      problems.push(`Tool ${place + 1} of the server has no name and is left out.`);
    } else if (name.length > MAX_NAME) {
      const start = JSON.stringify(name.slice(0, 40));
      problems.push(`${start}… is left out: its name has more than ${MAX_NAME} characters.`);
    } else if (listed.has(name)) {
      problems.push(`"${name}" is listed twice by the server; the first counts.`);
    } else listed.set(name, tool);
  }
  return listed;
}

function tooDeep({ name }: ListedTool): ReadTools {
  return { tools: [], problems: [`"${name}" is left out: it is nested too deeply.`] };
}

/** Why a tool cannot be used at all. */
function usageFault(listed: ListedTool): string | undefined {
  const { inputSchema, execution } = listed;
  const { fault: known } = listed as { readonly fault?: unknown };
  if (typeof known === "string") return known;
  if (isRecord(execution) && execution.taskSupport === "required") {
    return "it can only be run as a task, which is not supported.";
  }
  if (!isRecord(inputSchema)) return "its input schema is no object.";
  if (inputSchema.type !== undefined && inputSchema.type !== "object") {
    return "its input schema describes no object.";
  }
  const fault = schemaFault(inputSchema);
  return fault === undefined ? undefined : `its input schema cannot be used: ${fault}`;
}

function schemaFault(schema: JsonSchema): string | undefined {
  try {
    compileValidator(schema, undefined, { coerce: false });
    return undefined;
  } catch (thrown) {
    return thrownText(thrown);
  }
}

function descriptionOf(listed: ListedTool, problems: string[]): string {
  const { name, title, description, annotations } = listed;
  const texts: readonly unknown[] = [description, title, annotations?.title, name];
  const text = texts.find((one) => typeof one === "string" && one.trim() !== "") as string;
  // Providers refuse a whole request for half a character.
  if (text.length <= MAX_DESCRIPTION) return text.toWellFormed();
  problems.push(
    `"${name}": its description of ${text.length} characters is cut to ${MAX_DESCRIPTION}.`,
  );
  return `${text.slice(0, MAX_DESCRIPTION - 1).toWellFormed()}…`;
}

function outputOf({ name, outputSchema }: ListedTool, problems: string[]): JsonSchema | undefined {
  if (outputSchema === undefined) return undefined;
  const fault = isRecord(outputSchema) ? schemaFault(outputSchema) : "it is no object";
  if (fault === undefined) return envelopeSchema(outputSchema);
  problems.push(`"${name}": its output is not checked, for its schema cannot be used: ${fault}`);
  return undefined;
}

function claimsOf({ annotations }: ListedTool): ToolAnnotations {
  if (!isRecord(annotations)) return {};
  const { readOnlyHint, idempotentHint, destructiveHint, openWorldHint } = annotations;
  return given({
    readOnly: readOnlyHint,
    idempotent: idempotentHint,
    destructive: destructiveHint,
    openWorld: openWorldHint,
  });
}

/** Only what was said. */
function given(hints: Readonly<Record<string, unknown>> | ToolAnnotations = {}): ToolAnnotations {
  return Object.fromEntries(
    Object.entries(hints).filter(([, hint]) => typeof hint === "boolean"),
  ) as ToolAnnotations;
}
