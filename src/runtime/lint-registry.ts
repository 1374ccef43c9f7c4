/** What providers would say of a registry's tools. */
import { thrownText } from "../core/thrown-text.ts";
import type { Tool } from "../core/tool.ts";
import { type LintFinding, lintTools } from "../formats/lint-tools.ts";
import { FORMAT_NAMES, type FormatName, type ToolDescription } from "../formats/provider-format.ts";
import { formatNamed } from "../formats/provider-formats.ts";
import { inputJsonSchema } from "../schema/to-json-schema.ts";

/** One thing that one or more providers refuse, or models stumble over. */
export interface RegistryLint extends LintFinding {
  /** Who says so. */
  readonly formats: readonly FormatName[];
}

/** The findings of all providers on these tools; what several say is said once. */
export function lintRegistry(tools: readonly Tool[]): readonly RegistryLint[] {
  const findings = new Map<string, RegistryLint>();
  for (const format of FORMAT_NAMES) {
    for (const finding of findingsOf(tools, format)) {
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
  for (const tool of tools) {
    try {
      const { name, description } = tool;
      const said = { name, description, inputSchema: inputJsonSchema(tool) };
      formatNamed(format).encodeTool(said);
      told.push(said);
    } catch (thrown) {
      const remedy = "Mend its schema, or leave it out.";
      const message = thrownText(thrown);
      refused.push({ severity: "error", toolName: tool.name, message, remedy });
    }
  }
  return [...refused, ...lintTools(told, format)];
}
