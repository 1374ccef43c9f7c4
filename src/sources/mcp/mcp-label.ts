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

/** Options whose value is a secret behind its colon alone: `-H "X-Key: …"`, `-u me:…`. */
const SECRET_AFTER_COLON = /^--?(?:h|header|u|user)$/i;

/** Hides a part of an argument or an address. */
type Hide = (secret: string) => string;

const hidden: Hide = () => HIDDEN;

/** The server as people may see it. */
export function serverLabel(config: McpServerConfig): string {
  const label = labelOf(config, hidden);
  return label.length <= MAX_LABEL ? label : `${label.slice(0, MAX_LABEL - 1)}…`;
}

/** What is hidden in its label: the server may print it, or say it in an error. */
export function secretsInLabel(config: McpServerConfig): readonly string[] {
  const secrets: string[] = [];
  const collect: Hide = (secret) => {
    secrets.push(secret.trim().replaceAll(/^["']+|["';]+$/gu, ""));
    return HIDDEN;
  };
  labelOf(config, collect);
  for (const secret of secrets) if (URL.canParse(secret)) visibleUrl(secret, collect);
  return secrets;
}

/** An argument as people may see it. @param before - The one before it, which may be an option that it is the value of. */
export function visibleArgument(arg: string, before = "", hide: Hide = hidden): string {
  if (SECRET_OPTION.test(before) && !arg.startsWith("--")) return optionValue(arg, before, hide);
  if (/^[a-z][\w+.-]*:\/\//i.test(arg)) return visibleUrl(arg, hide);
  const assigned = nameIn(ASSIGNMENT, arg);
  if (assigned !== undefined) return visibleAssignment(arg, assigned, hide);
  const header = nameIn(HEADER, arg);
  if (header !== undefined) return `${header}: ${hide(arg.slice(header.length + 1))}`;
  if (/\s/u.test(arg)) return visibleScript(arg, hide);
  return isKey(arg) ? hide(arg) : arg;
}

function optionValue(value: string, option: string, hide: Hide): string {
  if (!SECRET_AFTER_COLON.test(option)) return hide(value);
  const colon = value.indexOf(":");
  if (colon !== -1) hide(value.slice(colon + 1));
  return HIDDEN;
}

function labelOf(config: McpServerConfig, hide: Hide): string {
  return isHttp(config) ? visibleUrl(config.url, hide) : commandLine(config, hide);
}

function isHttp(config: McpServerConfig): config is McpHttpServer {
  return "url" in config;
}

function commandLine({ command, args = [] }: McpStdioServer, hide: Hide): string {
  const shown = args.map((arg, place) => visibleArgument(arg, args[place - 1], hide));
  return [command, ...shown].join(" ");
}

function nameIn(pattern: RegExp, arg: string): string | undefined {
  return pattern.exec(arg)?.groups?.["name"];
}

/** A variable's value is hidden whatever its name; that of an option if the name says so, or if it looks like a key. */
function visibleAssignment(arg: string, name: string, hide: Hide): string {
  const value = arg.slice(name.length + 1);
  const hides = !name.startsWith("-") || SECRET_OPTION.test(name);
  return `${name}=${hides ? hide(value) : visibleArgument(value, "", hide)}`;
}

/** What a shell is to run, word by word. */
function visibleScript(script: string, hide: Hide): string {
  const parts = script.split(/(\s+)/u);
  return parts
    .map((part, place) =>
      /^\s*$/u.test(part) ? part : visibleArgument(part, parts[place - 2], hide),
    )
    .join("");
}

/** Without user, password, query and fragment; parts of the path that look like keys are hidden. */
function visibleUrl(text: string, hide: Hide): string {
  if (!URL.canParse(text)) return hide(text);
  const { protocol, host, pathname, username, password, searchParams } = new URL(text);
  for (const part of [username, password]) hide(decoded(part));
  for (const [name, value] of searchParams)
    if (isKey(value) || SECRET_OPTION.test(`--${name}`)) hide(value);
  const path = pathname.split("/").map((part) => (isKey(part) ? hide(part) : part));
  return `${protocol}//${host}${path.join("/").replace(/\/$/, "")}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isKey(text: string): boolean {
  return KEY_PREFIX.test(text) || RANDOM.test(text);
}
