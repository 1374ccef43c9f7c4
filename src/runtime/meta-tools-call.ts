/** `call_tools`: lets a model call tools that it was not told of, several at once. */
import type { Tool, ToolContext } from "../core/tool.ts";
import { ToolError } from "../core/tool-error.ts";
import { errorText } from "../formats/error-text.ts";
import type { MediaPart } from "../formats/mcp-content.ts";
import { readArguments } from "../formats/read-call.ts";
import { mediaNote } from "../formats/result-content.ts";
import { defineMetaTool } from "./meta-tool.ts";
import type { MetaToolsParts } from "./meta-tools.ts";
import { asBlock, fairShares } from "./result-shares.ts";
import type { SizedTool } from "./result-limits.ts";
import { type ResultPieces, joinPieces, resultPieces, sizeOfResult } from "./result-text.ts";

/** Most calls at once. */
const MAX_CALLS = 100;
/** Part of the room that outputs may take before they are written as JSON, which makes texts longer. */
const ROOM_BEFORE_JSON = 0.8;
/** Bytes of an entry beside its output: braces, keys, status. */
const ENTRY_BYTES = 64;

/** What models are told that a call is. */
const CALL_SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", description: "The tool's name, as search_tools gave it." },
    arguments: { type: "object", description: "The tool's input, as its input schema says." },
  },
  required: ["name"],
  additionalProperties: false,
};

interface CallInput {
  /** As the model wrote them: each is read by itself, for one that is malformed must not end the others. */
  readonly calls: readonly unknown[];
}

/** A call that was read, or why it could not be. */
interface AskedCall {
  /** Empty where there is none. */
  readonly name: string;
  readonly arguments?: unknown;
  readonly problem?: string;
}

/** What became of one call. */
type Entry =
  | { readonly name: string; readonly status: "ok"; readonly output: unknown }
  | { readonly name: string; readonly status: "error"; readonly error: string };

type Outcome = { readonly output: unknown } | { readonly error: ToolError };

/** The tool that runs calls of any tools, all at once, and gives one entry for each, in order. */
export function callTools(parts: Pick<MetaToolsParts, "catalog" | "schemas" | "results">): Tool {
  return defineMetaTool<CallInput>({
    name: "call_tools",
    description:
      "Calls tools that search_tools has found, all at the same time. Returns one entry per call, in order: " +
      "its name, and its output or what went wrong.",
    input: schemaOf({}),
    inputJsonSchema: schemaOf(CALL_SCHEMA),
    // Each call has its own; so has the whole, by its caller's deadline.
    timeoutMs: Infinity,
    execute: async ({ calls: written }, context) => {
      const calls = written.map(readEntry);
      const outcomes = await Promise.all(
        calls.map((each) => run(each, parts.schemas.meantBy(each.name) ?? each.name, context)),
      );
      const cut = cutOutputs(calls, outcomes, { ...parts, tenant: context.tenant });
      return writeEntries(
        calls.map(({ name }) => name),
        cut,
      );
    },
  });
}

const NO_TOOL: SizedTool = { name: "" };

interface Cutting extends Pick<MetaToolsParts, "catalog" | "schemas" | "results"> {
  readonly tenant: string | undefined;
}

/** Each output in its own tool's size, and all of them together in the registry's: a fair share for each. */
function cutOutputs(
  calls: readonly AskedCall[],
  outcomes: readonly Outcome[],
  { catalog, schemas, results, tenant }: Cutting,
): readonly Outcome[] {
  const room = (results.maxBytes - ENTRY_BYTES * calls.length) * ROOM_BEFORE_JSON;
  const tools: SizedTool[] = calls.map(
    ({ name }) => catalog.peek(schemas.meantBy(name) ?? name)?.tool ?? { name },
  );
  const wanted = outcomes.map((outcome, place) =>
    "error" in outcome || room === Infinity
      ? 0
      : Math.min(sizeOfOutput(outcome.output), results.sizeOf(tools[place] ?? NO_TOOL)),
  );
  const shares = fairShares(wanted, room);
  return outcomes.map((outcome, place) => {
    const tool = tools[place];
    if ("error" in outcome || tool === undefined) return outcome;
    const cut = results.cutterOf(tool).truncate(outcome.output, tenant, shares[place]);
    return cut === undefined ? outcome : { output: cut.output };
  });
}

function sizeOfOutput(output: unknown): number {
  return sizeOfResult(resultPieces(output));
}

/** @param registered - The tool's own name: `context.call` is for programs. */
async function run(
  { name, arguments: given, problem }: AskedCall,
  registered: string,
  { call }: ToolContext,
): Promise<Outcome> {
  const { input, malformed = problem } = readArguments(given);
  if (malformed !== undefined) {
    const what = name === "" ? "This" : name;
    return { error: new ToolError("INPUT_INVALID", `${what} cannot be called: ${malformed}.`) };
  }
  try {
    return { output: await call(registered, input) };
  } catch (thrown) {
    return { error: ToolError.from(thrown, name) };
  }
}

/** A list of entries; where there are images and the like, these behind it as MCP-style content. */
function writeEntries(names: readonly string[], outcomes: readonly Outcome[]): unknown {
  const media: MediaPart[] = [];
  const entries = outcomes.map((outcome, place) => entryOf(names[place] ?? "", outcome, media));
  if (media.length === 0) return entries;
  const text = { type: "text", text: JSON.stringify(entries) };
  return { content: [text, ...media.map(asBlock)] };
}

function entryOf(name: string, outcome: Outcome, media: MediaPart[]): Entry {
  if ("error" in outcome) return { name, status: "error", error: errorText(outcome.error) };
  const result = resultPieces(outcome.output);
  if (result.content === undefined) return { name, status: "ok", output: outcome.output };
  const text = contentText(result, media);
  if (result.content.isError) return { name, status: "error", error: text };
  return { name, status: "ok", output: text };
}

/** The text of MCP-style content; what is no text is added to `media`. */
function contentText({ pieces }: ResultPieces, media: MediaPart[]): string {
  const texts = pieces.map((piece) => {
    if (piece.media === undefined || piece.media.data === "") return piece;
    media.push(piece.media);
    return {
      ...piece,
      text: mediaNote(piece.media, `number ${media.length} of those that follow`),
    };
  });
  return joinPieces(texts);
}

/** Arguments under another name are a problem: they would be lost without a word. */
function readEntry(given: unknown): AskedCall {
  // As everywhere, JSON text where an object belongs is that object.
  const written = typeof given === "string" ? readArguments(given).input : given;
  if (typeof written !== "object" || written === null || Array.isArray(written)) {
    return { name: "", problem: 'a call is an object with "name" and "arguments"' };
  }
  const { name, arguments: args, ...others } = written as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || name === "") {
    return { name: "", problem: 'its "name" must be the name of a tool' };
  }
  const [unknown] = Object.keys(others);
  if (unknown === undefined) return { name, arguments: args };
  return { name, problem: `it has "${unknown}", and a call has "name" and "arguments" alone` };
}

function schemaOf(call: object): Readonly<Record<string, unknown>> {
  return {
    type: "object",
    properties: { calls: { type: "array", minItems: 1, maxItems: MAX_CALLS, items: call } },
    required: ["calls"],
  };
}
