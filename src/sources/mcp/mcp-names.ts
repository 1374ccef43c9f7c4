/** Which tools of a server are taken, and how they are called here. */
import { closestNames, suggestion } from "../../core/closest-names.ts";
import { nameMatcher } from "../../core/name-pattern.ts";

/** Part of the options. */
export interface NameOptions {
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly rename?: Readonly<Record<string, string>> | undefined;
}

/** What is taken: from the name in the server to the one here, in the server's order. */
export interface ChosenNames {
  readonly tools: ReadonlyMap<string, string>;
  /** Tools that are not the server's. */
  readonly extras: ReadonlyMap<string, string>;
  /** Patterns that fit nothing and names that are taken, for people. */
  readonly problems: readonly string[];
}

/**
 * Chooses tools by name. Of two that would have the same name the one that `rename` names gets it, else the first.
 *
 * @param listed - Names in the server, each once.
 * @param extras - Names of tools that are not the server's: these are filtered by nothing, and give way to the server's.
 */
export function chooseNames(
  listed: readonly string[],
  extras: readonly string[],
  options: NameOptions,
): ChosenNames {
  const { include, exclude = [], rename = {} } = options;
  const isIncluded = include === undefined ? () => true : nameMatcher(include);
  const isExcluded = nameMatcher(exclude);
  const chosen = new Set(listed.filter((name) => isIncluded(name) && !isExcluded(name)));
  const known = [...listed, ...extras];
  const problems = [
    ...(include ?? []).flatMap((pattern) => patternProblem("include", pattern, listed)),
    ...exclude.flatMap((pattern) => patternProblem("exclude", pattern, listed)),
    ...Object.keys(rename).flatMap((name) => renameProblem(name, known)),
    ...extras.filter((name) => chosen.has(name)).map(hiddenProblem),
  ];
  const names = [...named([...new Set([...chosen, ...extras])], rename, problems)];
  return {
    tools: new Map(names.filter(([name]) => chosen.has(name))),
    extras: new Map(names.filter(([name]) => !chosen.has(name))),
    problems,
  };
}

/** A misspelt `exclude` is told as well: it would let through what somebody wanted to keep out. */
function patternProblem(
  option: string,
  pattern: string,
  listed: readonly string[],
): readonly string[] {
  if (listed.some(nameMatcher([pattern]))) return [];
  return [`\`${option}\`: the server has no tool "${pattern}".${meant(pattern, listed)}`];
}

function renameProblem(name: string, known: readonly string[]): readonly string[] {
  if (known.includes(name)) return [];
  return [`\`rename\`: the server has no tool "${name}".${meant(name, known)}`];
}

function meant(name: string, known: readonly string[]): string {
  return suggestion(closestNames(name.replaceAll("*", ""), known).slice(0, 1));
}

function hiddenProblem(name: string): string {
  return `"${name}" is a tool of the server already: ours of that name is left out. Rename the server's with \`rename\`.`;
}

function named(
  offered: readonly string[],
  rename: Readonly<Record<string, string>>,
  problems: string[],
): ReadonlyMap<string, string> {
  const renamed = (name: string): boolean => Object.hasOwn(rename, name);
  const nameOf = (name: string): string => (renamed(name) ? (rename[name] ?? name) : name);
  const owners = new Map<string, string>();
  for (const name of new Set([...offered.filter(renamed), ...offered])) {
    const owner = owners.get(nameOf(name));
    if (owner === undefined) owners.set(nameOf(name), name);
    else if (owner !== name) problems.push(takenProblem(name, nameOf(name), owner));
  }
  const kept = offered.filter((name) => owners.get(nameOf(name)) === name);
  return new Map(kept.map((name) => [name, nameOf(name)]));
}

function takenProblem(name: string, wanted: string, owner: string): string {
  return `"${name}" is left out: "${owner}" is called "${wanted}" here. Give one of them another name with \`rename\`.`;
}
