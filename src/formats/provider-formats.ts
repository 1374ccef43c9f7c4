/** The formats there are. A new provider is a file beside this one, its name in FORMAT_NAMES, and a line here. */
import { anthropic } from "./anthropic.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiResponses } from "./openai-responses.ts";
import { FORMAT_NAMES, type FormatName, type ProviderFormat } from "./provider-format.ts";

interface Formats extends Record<FormatName, ProviderFormat> {
  readonly "openai-chat": typeof openAiChat;
  readonly "openai-responses": typeof openAiResponses;
  readonly anthropic: typeof anthropic;
  readonly gemini: typeof gemini;
}

const FORMATS: Formats = {
  "openai-chat": openAiChat,
  "openai-responses": openAiResponses,
  anthropic,
  gemini,
};

/** A tool as the named provider takes it. */
export type ToolDeclaration<Name extends FormatName = FormatName> = ReturnType<
  Formats[Name]["encodeTool"]
>;

/** A message (or input item, or content) with results, as the named provider takes it. */
export type ResultMessage<Name extends FormatName = FormatName> = ReturnType<
  Formats[Name]["encodeResults"]
>[number];

/** Every format, in the order they are tried on a block. */
export const PROVIDER_FORMATS: readonly ProviderFormat[] = FORMAT_NAMES.map(
  (name) => FORMATS[name],
);

/**
 * The format of that name.
 *
 * @throws TypeError that names the known ones when there is none.
 */
export function formatNamed<Name extends FormatName>(
  name: Name,
): ProviderFormat<ToolDeclaration<Name>, ResultMessage<Name>>;
export function formatNamed(name: string): ProviderFormat;
export function formatNamed(name: string): ProviderFormat {
  const format = PROVIDER_FORMATS.find((known) => known.name === name);
  if (format !== undefined) return format;
  throw new TypeError(`There is no format "${name}". Known: ${FORMAT_NAMES.join(", ")}.`);
}
