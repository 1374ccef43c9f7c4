/** What `toolyard check` found, for people. */
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import type { ConfigEntry } from "../config/config-entry.ts";
import { shownPath } from "../config/shown-path.ts";
import type { SourceStats } from "../core/source-stats.ts";
import { thrownText } from "../core/thrown-text.ts";
import { FORMAT_NAMES } from "../formats/provider-format.ts";
import type { RegistryLint } from "../runtime/lint-registry.ts";
import type { IdleLimit } from "./idle-limits.ts";
import { columnsOf, fit, oneLine } from "./one-line.ts";
import type { Paint } from "./palette.ts";

/** What was found. */
export interface CheckFindings {
  readonly entries: readonly ConfigEntry[];
  readonly sources: readonly SourceStats[];
  readonly lint: readonly RegistryLint[];
  readonly limits: readonly IdleLimit[];
}

/** How it is shown. */
export interface CheckLook {
  /** What paths are shown relative to. */
  readonly cwd: string;
  /** Columns that the line of an entry may take; what is wrong is told in whole sentences. */
  readonly width: number;
  readonly paint: Paint;
}

/** Columns of a line beside the name: mark, kind, number of tools, milliseconds. */
const OTHER_COLUMNS = 40;
/** Columns of the number of tools. */
const TOOLS_COLUMNS = 13;
/** Columns a name has at least, and at most. */
const LABEL_COLUMNS = [12, 60] as const;
/** Problems told of one entry, and tools told with the same finding. All are in the JSON. */
const MAX_TOLD = 5;
/** A finding of so few tools is told of each. */
const MAX_ALIKE = 3;

/** Whether nothing was found that a provider refuses or that keeps all tools of an entry away. */
export function isSound(findings: CheckFindings): boolean {
  return isAllThere(findings) && findings.lint.every(({ severity }) => severity === "warning");
}

/** Whether nothing keeps all tools of an entry away. */
export function isAllThere({
  entries,
  sources,
}: Pick<CheckFindings, "entries" | "sources">): boolean {
  return (
    entries.every((entry) => !("thrown" in entry)) && sources.every(({ state }) => state === "up")
  );
}

/** A line for each module and source, with what is wrong with it below; then idle limits, and what providers would say. */
export function drawCheck(findings: CheckFindings, look: CheckLook): string {
  const { paint } = look;
  const shown = findings.entries.map((entry) => ({ entry, label: labelOf(entry, look) }));
  const columns = Math.max(...shown.map(({ label }) => columnsOf(label)), 0);
  const lines = [
    ...shown.flatMap(({ entry, label }) =>
      entryLines(entry, label + " ".repeat(columns - columnsOf(label)), paint),
    ),
    ...findings.limits.map(({ message }) => `${paint("yellow", "warn")}  ${oneLine(message)}`),
    ...alike(findings.lint).flatMap((group) => lintLines(group, paint)),
    summary(findings),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function labelOf({ kind, label }: ConfigEntry, { cwd, width }: CheckLook): string {
  const [least, most] = LABEL_COLUMNS;
  const room = Math.min(Math.max(width - OTHER_COLUMNS, least), most);
  return fit(oneLine(kind === "disabled" ? label : shownLabel(label, cwd)), room);
}

/** Files as paths. */
function shownLabel(label: string, cwd: string): string {
  if (label.startsWith("file:")) return shownPath(fileURLToPath(label), cwd);
  return isAbsolute(label) ? shownPath(label, cwd) : label;
}

function entryLines(entry: ConfigEntry, name: string, paint: Paint): readonly string[] {
  return [entryLine(entry, name, paint), ...problemLines(entry, paint)];
}

function entryLine(entry: ConfigEntry, name: string, paint: Paint): string {
  const { kind, names, tookMs } = entry;
  const isWrong = "thrown" in entry;
  const mark = isWrong ? paint("red", "fail") : paint("green", "ok  ");
  const begun = `${mark}  ${kind.padEnd(8)}  ${name}`;
  if (kind === "disabled") {
    const isAway = !isWrong && names.length === 0;
    return isAway ? `${begun}  once its source is there` : begun.trimEnd();
  }
  const tools = counted(names.length, "tool").padStart(TOOLS_COLUMNS);
  const took = `${Math.round(tookMs)} ms`.padStart(9);
  return `${begun}${isWrong ? " ".repeat(TOOLS_COLUMNS) : tools}${took}`;
}

function problemLines(entry: ConfigEntry, paint: Paint): readonly string[] {
  const { problems } = entry;
  const warnings = problems
    .slice(0, MAX_TOLD)
    .map((problem) => `${paint("yellow", "warn")}  ${oneLine(problem)}`);
  const rest = problems.length - warnings.length;
  const failure = "thrown" in entry ? [oneLine(thrownText(entry.thrown))] : [];
  return [...failure, ...warnings, ...(rest > 0 ? [more(rest)] : [])].map(indented);
}

/** Findings that differ in nothing but their tools and what they count. */
function alike(lint: readonly RegistryLint[]): readonly (readonly RegistryLint[])[] {
  const groups = new Map<string, RegistryLint[]>();
  for (const finding of lint) {
    const { severity, formats, toolName, message, remedy } = finding;
    const wording = toolName === undefined ? message : "";
    const key = JSON.stringify([severity, formats, wording, remedy]);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(finding);
  }
  return [...groups.values()];
}

function lintLines(findings: readonly RegistryLint[], paint: Paint): readonly string[] {
  const told = findings.slice(0, findings.length > MAX_ALIKE + 1 ? MAX_ALIKE : undefined);
  const rest = findings.length - told.length;
  const lines = told.map((finding) => lintLine(finding, paint));
  return rest > 0 ? [...lines, indented(`The same of ${rest} more tools; --json has all.`)] : lines;
}

function lintLine(finding: RegistryLint, paint: Paint): string {
  const { severity, formats, toolName, message, remedy } = finding;
  const mark = severity === "error" ? paint("red", "fail") : paint("yellow", "warn");
  const who = formats.length === FORMAT_NAMES.length ? "every provider" : formats.join(", ");
  const where = toolName === undefined ? who : `${toolName} (${who})`;
  return `${mark}  ${oneLine(where)}: ${oneLine(message)} ${remedy}`;
}

function more(count: number): string {
  return `and ${count} more; --json has all.`;
}

function indented(line: string): string {
  return `      ${line}`;
}

function summary({ entries, lint, limits }: CheckFindings): string {
  const given = entries.filter(({ kind }) => kind !== "disabled");
  const tools = given.reduce((sum, { names }) => sum + names.length, 0);
  const failed = entries.filter((entry) => "thrown" in entry).length;
  const refused = lint.filter(({ severity }) => severity === "error").length;
  const told = entries.reduce((sum, { problems }) => sum + problems.length, 0);
  const warnings = lint.length - refused + told + limits.length;
  return [counted(tools, "tool"), `${failed + refused} failed`, counted(warnings, "warning")].join(
    ", ",
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
