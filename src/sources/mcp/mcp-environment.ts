/** Fills environment variables into every text of a server's config. */
import { type Environment, type FilledInText, fillInText } from "../../core/fill-in-text.ts";
import { isRecord } from "./mcp-fields.ts";

/** VS Code and Cursor write `${env:NAME}`. */
const EDITOR_VARIABLE = /(?<!\$)\$\{env:(?=[A-Za-z_]\w*(?::-[^}]*)?\})/g;

/** What only an editor can fill in. */
const EDITOR_ONLY = /(?<!\$)\$\{(?:input:|command:|config:|workspaceFolder|userHome|cwd\})/;

/**
 * A copy of what was written, its variables filled in.
 *
 * @throws TypeError that names the server, the field and the variable that is not set.
 */
export function fillInServer(
  where: string,
  written: Readonly<Record<string, unknown>>,
  environment: Environment,
): Readonly<Record<string, unknown>> {
  const fill = (value: unknown, place: string): unknown => {
    if (typeof value === "string") return fillIn(where, place, { value, environment });
    if (Array.isArray(value)) return value.map((item, at) => fill(item, `${place}[${at}]`));
    if (isRecord(value)) return fillFields(value, `${place}.`);
    return value;
  };
  const fillFields = (
    fields: Readonly<Record<string, unknown>>,
    prefix: string,
  ): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, fill(value, prefix + name)]),
    );
  // Fields of other hosts may hold references of theirs.
  const own = Object.entries(written).filter(([name]) => READ_FIELDS.has(name));
  return fillFields(Object.fromEntries(own), "");
}

/** The fields that are read here. */
export const READ_FIELDS: ReadonlySet<string> = new Set([
  "args",
  "command",
  "cwd",
  "disabled",
  "enabled",
  "env",
  "envFile",
  "headers",
  "httpUrl",
  "serverUrl",
  "transport",
  "transportType",
  "type",
  "url",
]);

/** Fills in one text of a server's config. Never throws. */
export function fillInServerText(written: string, environment: Environment): FilledInText {
  const [editorOnly] = EDITOR_ONLY.exec(written) ?? [];
  if (editorOnly === undefined) {
    return fillInText(written.replaceAll(EDITOR_VARIABLE, "${"), environment);
  }
  const problem = `holds ${editorOnly}…, which only an editor can fill in. Write the value, or an environment variable such as "\${NAME}".`;
  return { text: written, problems: [problem] };
}

interface Reference {
  readonly value: string;
  readonly environment: Environment;
}

function fillIn(where: string, place: string, { value, environment }: Reference): string {
  const { text, problems } = fillInServerText(value, environment);
  if (problems[0] !== undefined) throw new TypeError(`${where}: \`${place}\` ${problems[0]}`);
  return text;
}
