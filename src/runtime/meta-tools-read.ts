/** `read_result`: lets a model read on in a result that was cut to size. */
import type { Tool } from "../core/tool.ts";
import { ToolError } from "../core/tool-error.ts";
import { KeptText } from "./kept-results.ts";
import { defineMetaTool } from "./meta-tool.ts";
import type { ResultLimits } from "./result-limits.ts";
import type { KeptResult } from "./result-store.ts";

/** Characters of a text to find: what a long one may cost grows with its length times that of the result. */
const MAX_SEARCH_LENGTH = 256;

interface ReadInput {
  readonly id: string;
  readonly offset: number;
  readonly length?: number;
  readonly search?: string;
}

/** The tool that reads what is kept, for the tenant it is kept for. Its output is never larger than the limit. */
export function readResult({ store, maxBytes }: ResultLimits): Tool {
  const textOf = lastText();
  return defineMetaTool<ReadInput>({
    name: "read_result",
    description:
      "Reads a part of a result that was too large to be shown whole, by the id given there, " +
      "or finds the places where a text stands in it.",
    input: {
      type: "object",
      properties: {
        id: { type: "string", description: "The id of the result." },
        offset: {
          type: "integer",
          minimum: 0,
          default: 0,
          description: "The byte to begin at.",
        },
        length: {
          type: "integer",
          minimum: 1,
          description: "Most bytes to read. Default: as many as may be shown at once.",
        },
        search: {
          type: "string",
          minLength: 1,
          maxLength: MAX_SEARCH_LENGTH,
          description:
            "A text to find, from `offset` on; upper and lower case are the same. Returns each place with what stands around it.",
        },
      },
      required: ["id"],
    },
    annotations: { readOnly: true, idempotent: true },
    // It keeps to the limit by itself, and its parts of a result need not be kept again.
    maxResultBytes: Infinity,
    execute: ({ id, offset, length = Infinity, search }, { tenant }) => {
      const kept = store.get(id);
      // Whether somebody else has such a result is not for this one to know.
      if (kept === undefined || kept.tenant !== tenant) throw notKept(id);
      const text = textOf(kept);
      const most = Math.min(kept.maxBytes, maxBytes);
      return search === undefined
        ? text.read(offset, { most, length })
        : text.find(search, offset, most);
    },
  });
}

/**
 * Gives the text of a result, and the same one again when it is asked for next: who reads on does not have the whole
 * written anew for each part. Held weakly, for the bound of the store holds for what it has let go of.
 */
function lastText(): (kept: KeptResult) => KeptText {
  let last: WeakRef<{ readonly kept: KeptResult; readonly text: KeptText }> | undefined;
  return (kept) => {
    const known = last?.deref();
    if (known?.kept === kept) return known.text;
    const text = new KeptText(kept.output);
    last = new WeakRef({ kept, text });
    return text;
  };
}

function notKept(id: string): ToolError {
  return new ToolError(
    "INPUT_INVALID",
    `No result "${id.slice(0, 64)}" is kept. It may be too old: call the tool that gave it again.`,
  );
}
