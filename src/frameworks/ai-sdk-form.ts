/** How tools are written for the AI SDK, and for Mastra, which takes its form. */
import type { JsonValue } from "../formats/json-value.ts";
import type { MediaPart } from "../formats/mcp-content.ts";
import { asText, renderParts } from "../formats/result-content.ts";
import { callFailure } from "./call-failure.ts";
import { outputContent } from "./output-content.ts";
import type { RegistryCalls } from "./registry-calls.ts";

/** What both say of one call. */
interface CallFacts {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal | undefined;
}

/** The function of a tool: gives its output, or throws what its framework is to make of a failure. */
export function executeOf<About extends CallFacts>(
  name: string,
  calls: RegistryCalls<About>,
): (input: unknown, about: About) => Promise<unknown> {
  return async (input, about) => {
    const { toolCallId: id, abortSignal: signal } = about;
    const result = await calls.run({ call: { id, name, input }, signal, about });
    if (result.status === "error") throw callFailure(result, signal);
    return result.output;
  };
}

/** A text among images and the like. */
export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/** What a model is told of an output. */
export type ModelOutput<Media> =
  | { readonly type: "json"; readonly value: JsonValue }
  | { readonly type: "text" | "error-text"; readonly value: string }
  | { readonly type: "content"; readonly value: (Media | TextPart)[] };

/** Says an output in JSON, as a text, or in parts, of which `toNative` writes the media; undefined: it cannot be shown. */
export function modelOutput<Media extends object>(
  output: unknown,
  toNative: (media: MediaPart) => Media | undefined,
): ModelOutput<Media> {
  const { failed, parts } = outputContent(output);
  const [only] = parts;
  if (!failed && parts.length === 1 && only?.kind === "value") {
    return { type: "json", value: only.value };
  }
  const rendered = renderParts(parts, toNative);
  const text = asText(rendered);
  if (text !== undefined) return { type: failed ? "error-text" : "text", value: text };
  const value = rendered.map((part) => (typeof part === "string" ? textPart(part) : part));
  return { type: "content", value };
}

function textPart(text: string): TextPart {
  return { type: "text", text };
}
