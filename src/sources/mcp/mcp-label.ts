/**
 * What a server is called in events, stats and errors: its command line or address, without anything that may let
 * somebody in. People put keys into arguments, addresses and even paths; what looks like one is not shown.
 */
import type { McpHttpServer, McpServerConfig, McpStdioServer } from "./mcp-options.ts";

const HIDDEN = "***";

/** Longest label; a server may be started with a script as its argument. */
const MAX_LABEL = 200;

/** An option whose value is a secret: `--token`, `--api-key`, `-H`, `--header`. */
const SECRET_OPTION =
  /^--?(?:[\w-]*(?:token|secret|passw(?:or)?d|pass|pwd|api-?key|key|auth|credential|cookie|bearer|dsn|connection-string)[\w-]*|h|header|u|user)$/i;

/** `NAME=value`, `--option=value`. */
const ASSIGNMENT = /^(?<name>-{0,2}[\w.-]+)=(?<value>.*)$/s;

/** `Authorization: Bearer …`. */
const HEADER = /^(?<name>[\w-]+):\s.*$/s;

/** What issuers put before their keys. */
const KEY_PREFIX =
  /^(?:sk|pk|rk|gh[oprsu]|github_pat|glpat|xox[a-z]|AKIA|AIza|eyJ|hf|npm|pat)[-_A-Za-z0-9]{12,}/;

/** Long, of letters and digits alone: a key rather than a word, a path or the name of a file. */
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z])[\w+=-]{24,}$/;

/** The server as people may see it. */
export function serverLabel(config: McpServerConfig): string {
  const label = isHttp(config) ? visibleUrl(config.url) : commandLine(config);
  return label.length <= MAX_LABEL ? label : `${label.slice(0, MAX_LABEL - 1)}…`;
}

function isHttp(config: McpServerConfig): config is McpHttpServer {
  return "url" in config;
}

function commandLine({ command, args = [] }: McpStdioServer): string {
  const shown = args.map((arg, place) => visibleArgument(arg, args[place - 1]));
  return [command, ...shown].join(" ");
}

function visibleArgument(arg: string, before = ""): string {
  if (SECRET_OPTION.test(before) && !arg.startsWith("--")) return HIDDEN;
  if (/^[a-z][\w+.-]*:\/\//i.test(arg)) return visibleUrl(arg);
  const assigned = nameIn(ASSIGNMENT, arg);
  if (assigned !== undefined) return visibleAssignment(arg, assigned);
  const header = nameIn(HEADER, arg);
  if (header !== undefined) return `${header}: ${HIDDEN}`;
  return isKey(arg) ? HIDDEN : arg;
}

function nameIn(pattern: RegExp, arg: string): string | undefined {
  return pattern.exec(arg)?.groups?.["name"];
}

/** A variable's value is hidden whatever its name; that of an option if the name says so, or if it looks like a key. */
function visibleAssignment(arg: string, name: string): string {
  const value = arg.slice(name.length + 1);
  const hides = !name.startsWith("-") || SECRET_OPTION.test(name);
  return `${name}=${hides ? HIDDEN : visibleArgument(value)}`;
}

/** Without user, password, query and fragment; parts of the path that look like keys are hidden. */
function visibleUrl(text: string): string {
  if (!URL.canParse(text)) return HIDDEN;
  const { protocol, host, pathname } = new URL(text);
  const path = pathname.split("/").map((part) => (isKey(part) ? HIDDEN : part));
  return `${protocol}//${host}${path.join("/").replace(/\/$/, "")}`;
}

function isKey(text: string): boolean {
  return KEY_PREFIX.test(text) || RANDOM.test(text);
}
