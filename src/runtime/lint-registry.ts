/** What providers would say of a registry's tools. */
import { thrownText } from "../core/thrown-text.ts";
import type { Tool } from "../core/tool.ts";
import { type LintFinding, lintTools } from "../formats/lint-tools.ts";
import { FORMAT_NAMES, type FormatName, type ToolDescription } from "../formats/provider-format.ts";
import { formatNamed } from "../formats/provider-formats.ts";
import type { ToolFilter } from "../registry/tool-catalog.ts";
import { inputJsonSchema } from "../schema/to-json-schema.ts";

/** One thing that one or more providers refuse, or models stumble over. */
export interface RegistryLint extends LintFinding {
  /** Who says so. */
  readonly formats: readonly FormatName[];
}

/** Which tools to look at, and as whom. */
export interface LintOptions extends ToolFilter {
  /**
   * The only provider that counts. Default: all of them, and then what one refuses in the number of tools alone is a
   * warning: the provider need not be used, and each tool is fine.
   */
  readonly format?: FormatName;
}

/**
 * The findings of all providers on these tools, or of the one asked for; what several say is said once.
 *
 * @throws TypeError when nobody knows the one asked for.
 */
export function lintRegistry(tools: readonly Tool[], asked?: FormatName): readonly RegistryLint[] {
  const findings = new Map<string, RegistryLint>();
  for (const format of asked === undefined ? FORMAT_NAMES : [asked]) {
    for (const found of findingsOf(tools, format)) {
      const isOfList = asked === undefined && found.toolName === undefined;
      const finding = isOfList ? { ...found, severity: "warning" as const } : found;
      const key = JSON.stringify([finding.toolName, finding.message]);
      const formats = [...(findings.get(key)?.formats ?? []), format];
      findings.set(key, Object.assign({ formats }, finding));
    }
  }
  return [...findings.values()];
}

function findingsOf(tools: readonly Tool[], format: FormatName): readonly LintFinding[] {
  const refused: LintFinding[] = [];
  const told: ToolDescription[] = [];
  const encoder = formatNamed(format);
  for (const tool of tools) {
    try {
      const { name, description } = tool;
      const said = { name, description, inputSchema: inputJsonSchema(tool) };
      encoder.encodeTool(said);
      told.push(said);
    } catch (thrown) {
      const remedy = "Mend its schema, or leave it out.";
      const message = thrownText(thrown);
      refused.push({ severity: "error", toolName: tool.name, message, remedy });
    }
  }
  return [...refused, ...lintTools(told, format)];
}
