import { randomBytes } from "node:crypto";
import { accessSync, constants, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where files are memory on Linux: claims must outlive a process, not a power cut. */
const MEMORY_FOLDER = "/dev/shm";

/**
 * Opens the file in which a child claims its calls. It has no name by the time it is used (except on
 * systems that cannot remove an open file), so it is gone when the last one who holds it is.
 */
export function openClaimFile(): number {
  const path = join(claimFolder(), `toolyard-${process.pid}-${randomBytes(8).toString("hex")}`);
  const fd = openSync(path, "wx+", 0o600);
  try {
    rmSync(path);
  } catch {
    process.once("exit", () => rmSync(path, { force: true }));
  }
  return fd;
}

function claimFolder(): string {
  try {
    accessSync(MEMORY_FOLDER, constants.W_OK);
    return MEMORY_FOLDER;
  } catch {
    return tmpdir();
  }
}
