import { type ResolvedPoolOptions, inheritedExecArgv } from "../pool/pool-options.ts";
import type { GrantedRights } from "./granted-rights.ts";
import { permissionFlags, withoutPermissionFlags } from "./permission-flags.ts";

const BYTES_PER_MB = 1024 * 1024;

/**
 * Node's flags for a child process: those of its pool or of this process, and what holds it to its memory and its
 * rights.
 */
export function childFlags(
  { execArgv, maxMemoryBytes }: Pick<ResolvedPoolOptions, "execArgv" | "maxMemoryBytes">,
  rights: GrantedRights | undefined,
): readonly string[] {
  const given = execArgv ?? inheritedExecArgv(process.execArgv);
  return [
    ...(rights === undefined
      ? given
      : [...withoutPermissionFlags(given), ...permissionFlags(rights)]),
    ...(maxMemoryBytes === undefined
      ? []
      : [`--max-old-space-size=${Math.ceil(maxMemoryBytes / BYTES_PER_MB)}`]),
  ];
}
