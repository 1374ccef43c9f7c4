/** What a call is told when Node's permission model stopped it: which right is missing, in our words. */
import type { PermissionName } from "../../core/permissions.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";

/** Longest chain of causes that is looked through. */
const MAX_CAUSES = 8;

/** Node's names of its permissions, and ours. */
const RIGHTS: ReadonlyMap<unknown, PermissionName> = new Map([
  ["FileSystemRead", "fsRead"],
  ["FileSystemWrite", "fsWrite"],
  ["Net", "net"],
  ["ChildProcess", "childProcess"],
  ["WorkerThreads", "worker"],
  ["Addon", "addons"],
  ["Addons", "addons"],
  ["WASI", "wasi"],
]);

/** What Node tells of a denial; sockets have an address or a host name in place of permission and resource. */
interface NodeError {
  readonly code?: unknown;
  readonly permission?: unknown;
  readonly resource?: unknown;
  readonly syscall?: unknown;
  readonly address?: unknown;
  readonly hostname?: unknown;
  readonly port?: unknown;
  readonly cause?: unknown;
}

/**
 * The error of a call that failed for want of a right: `PERMISSION_DENIED`, where a denial by Node's permission model
 * is among the causes of `error`; otherwise `error` as it is. Codes that a tool chose itself are left alone.
 */
export function namingMissingRight(error: ToolError, toolName: string): ToolError {
  if (error.code !== "TOOL_FAILED" && error.code !== "SOURCE_UNAVAILABLE") return error;
  let thrown: unknown = error.cause;
  for (let depth = 0; depth < MAX_CAUSES && isObject(thrown); depth += 1) {
    if (isDenial(thrown)) return permissionDenied(thrown, error, toolName);
    thrown = thrown.cause;
  }
  return error;
}

function isDenial({ code }: NodeError): boolean {
  return code === "ERR_ACCESS_DENIED" || code === "ERR_DLOPEN_DISABLED";
}

function permissionDenied(
  denial: NodeError,
  { code, cause }: ToolError,
  toolName: string,
): ToolError {
  const right = rightOf(denial);
  const resource = textOf(denial.resource) || placeOf(denial);
  const lacking = resource === "" ? right : `${right} for ${resource}`;
  const message =
    right === undefined
      ? `The \`permissions\` of ${toolName} do not allow this: ${thrownText(denial)}`
      : `${toolName} lacks the right ${lacking}; its \`permissions\` do not list it.`;
  const when = code === "SOURCE_UNAVAILABLE" ? " It needs it to load its module." : "";
  return new ToolError("PERMISSION_DENIED", message + when, {
    details: { right, resource },
    cause,
  });
}

/** Undefined where Node names none: for functions that it allows to nobody, such as `fs.symlink`. */
function rightOf({ code, permission, syscall }: NodeError): string | undefined {
  if (code === "ERR_DLOPEN_DISABLED") return "addons";
  if (permission === undefined && syscall !== undefined) return "net";
  return RIGHTS.get(permission) ?? (textOf(permission) || undefined);
}

function placeOf({ address, hostname, port }: NodeError): string {
  const host = textOf(hostname) || textOf(address);
  return typeof port === "number" ? `${host}:${port}` : host;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is NodeError {
  return typeof value === "object" && value !== null;
}
