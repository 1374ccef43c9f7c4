/** The rights of a tool that is held to some. */

/**
 * What a tool may do; what is not listed it may not. A child process enforces it with Node's permission model, so such
 * a tool runs in mode `process` alone. See docs/permissions.md for what that protects from and what it does not.
 */
export interface ToolPermissions {
  /**
   * Files and folders it may read; a folder stands for everything in it, `true` for every file, `false` for none. A relative path starts
   * from the current directory at registration. The tool's module is always among them; what that imports is not.
   * Default: none.
   */
  readonly fsRead?: readonly string[] | boolean | undefined;
  /** Files and folders it may write, create and remove; as `fsRead`. Default: none. */
  readonly fsWrite?: readonly string[] | boolean | undefined;
  /** Whether it may use the network. Default true; false needs a Node that can withhold it (25 or newer). */
  readonly net?: boolean | undefined;
  /** Whether it may start programs, which are held to nothing. Default false. */
  readonly childProcess?: boolean | undefined;
  /** Whether it may start worker threads. Default false. */
  readonly worker?: boolean | undefined;
  /** Whether it may load native add-ons, which are held to nothing. Default false. */
  readonly addons?: boolean | undefined;
  /** Whether it may use WASI. Default false. */
  readonly wasi?: boolean | undefined;
}

/** The name of a right. */
export type PermissionName = keyof ToolPermissions;

const PATHS = "paths";
const FLAG = "flag";

const KINDS: Readonly<Record<PermissionName, typeof PATHS | typeof FLAG>> = {
  fsRead: PATHS,
  fsWrite: PATHS,
  net: FLAG,
  childProcess: FLAG,
  worker: FLAG,
  addons: FLAG,
  wasi: FLAG,
};

/** Says what is wrong with `permissions`, as JavaScript or a config may write them; undefined when nothing is. */
export function permissionsProblem(permissions: unknown): string | undefined {
  if (typeof permissions !== "object" || permissions === null || Array.isArray(permissions)) {
    return "`permissions` must be an object.";
  }
  for (const [name, value] of Object.entries(permissions)) {
    const problem = permissionProblem(name, value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function permissionProblem(name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(KINDS, name)) {
    return `\`permissions.${name}\` is unknown. Known: ${Object.keys(KINDS).join(", ")}.`;
  }
  if (value === undefined) return undefined;
  if (KINDS[name as PermissionName] === PATHS) return pathsProblem(name, value);
  return typeof value === "boolean" ? undefined : `\`permissions.${name}\` must be true or false.`;
}

function pathsProblem(name: string, value: unknown): string | undefined {
  if (typeof value === "boolean") return undefined;
  if (!Array.isArray(value))
    return `\`permissions.${name}\` must be a list of paths, true or false.`;
  const wrong: unknown = value.find((path) => !isPath(path));
  if (wrong === undefined) return undefined;
  if (typeof wrong !== "string" || wrong === "") {
    return `\`permissions.${name}\` must be a list of paths, each a string that is not empty.`;
  }
  return (
    `\`permissions.${name}\` has "${wrong}", which is no path: "*" is not allowed in one. ` +
    "A folder stands for everything in it, and `true` for every file."
  );
}

/** Node gives `*` a meaning of its own, and cuts a path at a NUL. */
function isPath(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !/[*\0]/u.test(value);
}
