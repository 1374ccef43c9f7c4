/**
 * Fills environment variables into one text.
 *
 *   ${NAME}            the variable; a mistake when it is not set
 *   ${NAME:-default}   the variable, or `default` when it is not set or empty
 *   $${                the characters ${
 */

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A text with its variables filled in. */
export interface FilledInText {
  /** What could not be filled in stands as it was written. */
  readonly text: string;
  /** What is wrong, to follow the name of the place: `needs the environment variable …`. */
  readonly problems: readonly string[];
}

/** What may follow a `$`: an escape, a whole reference, or the beginning of one that never ends. */
const REFERENCE = /\$(?<escape>\$\{)|\$\{(?<inside>[^}]*)\}|\$\{/g;

/** What may stand inside the braces. */
const VARIABLE = /^(?<name>[A-Za-z_]\w*)(?::-(?<fallback>.*))?$/s;

/** Fills in the variables of one text. What is filled in is not looked at again. Never throws. */
export function fillInText(written: string, environment: Environment): FilledInText {
  const problems: string[] = [];
  const text = written.replaceAll(REFERENCE, (reference, escape?: string, inside?: string) => {
    if (escape !== undefined) return escape;
    const variable = VARIABLE.exec(inside ?? "")?.groups ?? {};
    const found = lookUp(variable, environment);
    if (found === undefined) problems.push(complaint(reference, variable["name"]));
    return found ?? reference;
  });
  return { text, problems };
}

function lookUp(
  { name, fallback }: Readonly<Record<string, string | undefined>>,
  environment: Environment,
): string | undefined {
  if (name === undefined) return undefined;
  const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
  return fallback === undefined ? found : found || fallback;
}

function complaint(written: string, name: string | undefined): string {
  if (name !== undefined) {
    return `needs the environment variable ${name}, which is not set. Set it, or write "\${${name}:-default}".`;
  }
  return `holds ${written}, which names no environment variable. Write "\${NAME}", or "$\${" for the characters themselves.`;
}
