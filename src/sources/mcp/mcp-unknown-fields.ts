/** Fields of a server's config that do nothing here: said kindly, for the file may serve other hosts as well. */
import { closestNames } from "../../core/closest-names.ts";
import { READ_FIELDS } from "./mcp-environment.ts";

/** Fields that other hosts read, and what to use here; empty where there is nothing to do. */
const OTHER_HOSTS: ReadonlyMap<string, string> = new Map([
  ["alwaysAllow", ""],
  ["autoApprove", ""],
  ["description", ""],
  ["dev", ""],
  ["disabledTools", "Use the option `exclude`."],
  ["excludeTools", "Use the option `exclude`."],
  ["elicit", "Use the option `elicit`."],
  ["elicitation", "Use the option `elicit`."],
  ["gallery", ""],
  ["includeTools", "Use the option `include`."],
  ["name", ""],
  ["oauth", "Use the option `authProvider`."],
  ["auth", "Use `headers`, or the option `authProvider`."],
  ["requestInit", "Use `headers`."],
  ["roots", "Use the option `roots`."],
  ["sample", "Use the option `sample`."],
  ["sampling", "Use the option `sample`."],
  ["timeout", "Use the option `timeoutMs`."],
  ["tools", "Use the option `include`."],
  ["trust", ""],
  ["version", ""],
]);

/** A line for each field that nobody reads. */
export function unknownFields(written: Readonly<Record<string, unknown>>): readonly string[] {
  const unknown = Object.keys(written).filter((field) => !READ_FIELDS.has(field));
  return unknown.map((field) => {
    const remedy = OTHER_HOSTS.get(field);
    if (remedy !== undefined) return `\`${field}\` does nothing here. ${remedy}`.trimEnd();
    const [meant] = closestNames(field, READ_FIELDS);
    const hint = meant === undefined ? "" : ` Did you mean \`${meant}\`?`;
    return `\`${field}\` is unknown and does nothing here.${hint}`;
  });
}
