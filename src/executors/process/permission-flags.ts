/** Node's permission model on the command line. */
import { sep } from "node:path";
import type { GrantedRights } from "./granted-rights.ts";
import { workerFiles } from "./worker-files.ts";

/** Node's flag for a right, and the code of the warning it prints each time the flag is used. */
const FLAGS = {
  childProcess: ["--allow-child-process", "PERM0002"],
  worker: ["--allow-worker", "PERM0006"],
  addons: ["--allow-addons", "PERM0001"],
  wasi: ["--allow-wasi", "PERM0005"],
} as const;

const NET_FLAG = "--allow-net";

/** Whether the Node that runs this can withhold the network (25 or newer). */
export function canWithholdNetwork(): boolean {
  return process.allowedNodeEnvironmentFlags.has(NET_FLAG);
}

/** The flags that hold a worker to `rights`, and let it read its own files. */
export function permissionFlags(
  rights: GrantedRights,
  withholdsNetwork: boolean = canWithholdNetwork(),
): readonly string[] {
  const { fsRead, fsWrite, net } = rights;
  const names = (["childProcess", "worker", "addons", "wasi"] as const).filter(
    (name) => rights[name],
  );
  return [
    "--permission",
    ...pathFlags("--allow-fs-read", fsRead === true ? true : [...workerFiles(), ...fsRead]),
    ...pathFlags("--allow-fs-write", fsWrite),
    ...(net && withholdsNetwork ? [NET_FLAG] : []),
    ...names.flatMap((name) => [FLAGS[name][0], `--disable-warning=${FLAGS[name][1]}`]),
  ];
}

/** A folder may be made later, so what is in it is named as well: Node itself does that only for one that is there. */
function pathFlags(flag: string, paths: readonly string[] | true): readonly string[] {
  if (paths === true) return [`${flag}=*`];
  return paths.flatMap((path) => {
    const folder = path.endsWith(sep) ? path : path + sep;
    return [`${flag}=${path}`, `${flag}=${folder}*`];
  });
}

const PERMISSION_FLAG = /^--(no-)?(experimental-)?(permission|allow-)/u;

/** `flags` without those of the permission model, which would add to the rights that are given. */
export function withoutPermissionFlags(flags: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let isValue = false;
  for (const word of flags) {
    const drops: boolean = word.startsWith("-") ? PERMISSION_FLAG.test(word) : isValue;
    if (!drops) kept.push(word);
    isValue = drops && word.startsWith("-") && !word.includes("=");
  }
  return kept;
}

/** Whether the text of `NODE_OPTIONS` has flags of the permission model. */
export function hasPermissionFlag(nodeOptions: string | undefined): boolean {
  return (nodeOptions ?? "").split(/[\s"]+/u).some((word) => PERMISSION_FLAG.test(word));
}
