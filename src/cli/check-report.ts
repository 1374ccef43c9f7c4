/** What `toolyard check` found, for people. */
import { type ConfigEntry } from "../config/open-registry.ts";
import { thrownText } from "../core/thrown-text.ts";
import type { SourceStats } from "../core/source-stats.ts";
import type { RegistryLint } from "../runtime/lint-registry.ts";
import { columnsOf, fit, oneLine } from "./one-line.ts";
import type { Paint } from "./palette.ts";

/** What was found. */
export interface CheckFindings {
  readonly entries: readonly ConfigEntry[];
  readonly sources: readonly SourceStats[];
  readonly lint: readonly RegistryLint[];
}

/** Columns a name may take before it is cut. */
const MAX_LABEL = 60;

/** Whether nothing was found that a provider refuses or that keeps tools away. */
export function isSound({ entries, sources, lint }: CheckFindings): boolean {
  return (
    entries.every((entry) => !("thrown" in entry)) &&
    sources.every(({ state }) => state === "up") &&
    lint.every(({ severity }) => severity === "warning")
  );
}

/** A line for each module and source, with what is wrong with it below; then what providers would say. */
export function drawCheck(findings: CheckFindings, paint: Paint): string {
  const { entries, sources, lint } = findings;
  const columns = Math.min(MAX_LABEL, Math.max(...entries.map(({ label }) => columnsOf(label)), 0));
  const lines = [
    ...entries.flatMap((entry) => entryLines(entry, columns, paint)),
    ...sources.flatMap((source) => problemLines(source, paint)),
    ...lint.flatMap((finding) => lintLines(finding, paint)),
    summary(findings),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function entryLines(entry: ConfigEntry, columns: number, paint: Paint): readonly string[] {
  const { kind, label, names, tookMs } = entry;
  const isWrong = "thrown" in entry;
  const mark = isWrong ? paint("red", "fail") : paint("green", "ok  ");
  const shown = fit(oneLine(label), columns);
  const name = shown + " ".repeat(columns - columnsOf(shown));
  const took = kind === "disabled" ? "" : `${Math.round(tookMs)} ms`.padStart(9);
  const tools = `${names.length} ${names.length === 1 ? "tool" : "tools"}`.padStart(11);
  const line = `${mark}  ${kind.padEnd(8)}  ${name}${isWrong ? "" : tools}${took}`.trimEnd();
  return isWrong ? [line, `      ${oneLine(thrownText(entry.thrown))}`] : [line];
}

function problemLines({ source, problems }: SourceStats, paint: Paint): readonly string[] {
  return problems.map((problem) => `${paint("yellow", "warn")}  ${source}: ${oneLine(problem)}`);
}

function lintLines(finding: RegistryLint, paint: Paint): readonly string[] {
  const { severity, formats, toolName, message, remedy } = finding;
  const mark = severity === "error" ? paint("red", "fail") : paint("yellow", "warn");
  const where = toolName === undefined ? formats.join(", ") : `${toolName} (${formats.join(", ")})`;
  return [`${mark}  ${oneLine(where)}: ${oneLine(message)} ${remedy}`];
}

function summary({ entries, sources, lint }: CheckFindings): string {
  const tools = entries.reduce(
    (sum, { kind, names }) => sum + (kind === "disabled" ? 0 : names.length),
    0,
  );
  const failed = entries.filter((entry) => "thrown" in entry).length;
  const refused = lint.filter(({ severity }) => severity === "error").length;
  const warnings =
    lint.length - refused + sources.reduce((sum, { problems }) => sum + problems.length, 0);
  return `${tools} tools, ${failed + refused} failed, ${warnings} warnings`;
}
