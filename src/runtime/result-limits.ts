/** How large the results of each tool may be, and what becomes of larger ones. */
import {
  MIN_RESULT_BYTES,
  TRUNCATE_STYLES,
  isResultSize,
  isTruncateStyle,
} from "../core/result-size.ts";
import type { Tool, TruncateStyle } from "../core/tool.ts";
import type { ReadyCall } from "./ready-call.ts";
import { ResultStore } from "./result-store.ts";
import { type TruncatedResult, truncateOutput } from "./truncate-output.ts";

/** How large results may be. All are optional. */
export interface ResultOptions {
  /**
   * Most bytes of an output that a model gets, of tools that set none themselves; from 512. UTF-8 bytes of text or JSON,
   * images and the like as base64. Default: no limit.
   */
  readonly maxBytes?: number | undefined;
  /** What is left of a larger one: its beginning, or its beginning and its end. Default `head-tail`. */
  readonly truncate?: TruncateStyle | undefined;
  /** Most bytes of whole outputs kept to be read later, all together. 0 keeps none. Default 64 MiB. */
  readonly keepBytes?: number | undefined;
}

/** What holds for one tool. */
export class ResultLimit {
  readonly #toolName: string;
  readonly #maxBytes: number;
  readonly #style: TruncateStyle;
  readonly #store: ResultStore;

  constructor(toolName: string, maxBytes: number, style: TruncateStyle, store: ResultStore) {
    this.#toolName = toolName;
    this.#maxBytes = maxBytes;
    this.#style = style;
    this.#store = store;
  }

  /** The output cut to size, and to `most` bytes, the whole kept for its tenant; undefined when it fits. */
  truncate(
    output: unknown,
    tenant: string | undefined,
    most: number = Infinity,
  ): TruncatedResult | undefined {
    const maxBytes = Math.max(MIN_RESULT_BYTES, Math.min(this.#maxBytes, most));
    const kept = { output, tenant, toolName: this.#toolName, maxBytes: this.#maxBytes };
    const keep = (bytes: number): string | undefined => this.#store.keep(kept, bytes);
    return truncateOutput(output, { maxBytes, style: this.#style, keep });
  }

  /** Whether the whole of that id can be read. Asking counts as reading it. */
  keeps(id: string): boolean {
    return this.#store.get(id) !== undefined;
  }
}

/** As much of a tool as says how large its results may be. */
export type SizedTool = Pick<Tool, "name" | "maxResultBytes" | "truncate">;

/** Which tools have which limit. */
export class ResultLimits {
  readonly store: ResultStore;
  /** Most bytes of results of tools that set none. */
  readonly maxBytes: number;
  readonly #style: TruncateStyle;

  /** @throws TypeError when an option is unknown or out of range. */
  constructor(options: ResultOptions = {}) {
    checkOptions(options);
    this.maxBytes = options.maxBytes ?? Infinity;
    this.#style = options.truncate ?? "head-tail";
    this.store = new ResultStore(options.keepBytes);
  }

  /** Most bytes of results of a tool; Infinity for no limit. */
  sizeOf(tool: Pick<Tool, "maxResultBytes">): number {
    return tool.maxResultBytes ?? this.maxBytes;
  }

  /** The limit of a tool; undefined when it has none. */
  of(tool: SizedTool): ResultLimit | undefined {
    return this.sizeOf(tool) === Infinity ? undefined : this.cutterOf(tool);
  }

  /** What cuts outputs of a tool to size, also where only somebody else sets one. */
  cutterOf(tool: SizedTool): ResultLimit {
    const style = tool.truncate ?? this.#style;
    return new ResultLimit(tool.name, this.sizeOf(tool), style, this.store);
  }
}

/** The output of a call cut to size; undefined when it fits, nothing limits it, or a program wants it whole. */
export function truncateResult(call: ReadyCall, output: unknown): TruncatedResult | undefined {
  const { bound, accepted } = call;
  if (bound.resultLimit === undefined || accepted.isWhole) return undefined;
  return bound.resultLimit.truncate(output, accepted.options.tenant);
}

const KNOWN = ["maxBytes", "truncate", "keepBytes"];

function checkOptions(options: ResultOptions): void {
  const problem = problemOf(options);
  if (problem !== undefined) throw new TypeError(problem);
}

function problemOf(options: ResultOptions): string | undefined {
  const given: unknown = options;
  if (typeof given !== "object" || given === null) {
    return "`results` must be an object, such as { maxBytes: 32_768 }.";
  }
  const unknown = Object.keys(given).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) return `results.${unknown} is unknown; known: ${KNOWN.join(", ")}.`;
  return valueProblem(options);
}

function valueProblem({ maxBytes, truncate, keepBytes = 0 }: ResultOptions): string | undefined {
  if (maxBytes !== undefined && !isResultSize(maxBytes)) {
    return `results.maxBytes must be a number from ${MIN_RESULT_BYTES}; leave it out for no limit.`;
  }
  if (truncate !== undefined && !isTruncateStyle(truncate)) {
    return `results.truncate must be one of ${TRUNCATE_STYLES.join(", ")}.`;
  }
  if (Number.isSafeInteger(keepBytes) && keepBytes >= 0) return undefined;
  return "results.keepBytes must be a whole number from 0; 0 keeps nothing.";
}
