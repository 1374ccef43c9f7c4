import type { ToolInfo } from "../runtime/tool-info.ts";
import { columnsOf, fit, oneLine } from "./one-line.ts";
import type { Paint } from "./palette.ts";

/** How a list is shown. */
export interface ToolListOptions {
  /** Columns it may take. */
  readonly width: number;
  readonly paint: Paint;
}

/** Tools, one per line: name, mode, description cut to the width. Lines end with a line break. */
export function drawToolList(tools: readonly ToolInfo[], options: ToolListOptions): string {
  const { width, paint } = options;
  const nameColumns = Math.max(...tools.map((tool) => columnsOf(tool.name)), 0);
  const modeColumns = Math.max(...tools.map((tool) => modeOf(tool).length), 0);
  const room = Math.max(width - nameColumns - modeColumns - 4, 20);
  return tools
    .map((tool) => {
      const name = tool.name + " ".repeat(nameColumns - columnsOf(tool.name));
      const mode = modeOf(tool).padEnd(modeColumns);
      const description = fit(oneLine(describe(tool)), room);
      return `${paint("bold", name)}  ${paint("dim", mode)}  ${description}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join("");
}

function modeOf({ mode, autoMode }: ToolInfo): string {
  return mode === undefined || mode === "auto" ? `auto: ${autoMode}` : mode;
}

function describe({ enabled, disabledReason, description }: ToolInfo): string {
  if (enabled) return description;
  const why = disabledReason === undefined ? "" : `: ${disabledReason}`;
  return `[off${why}] ${description}`;
}
