import { randomBytes } from "node:crypto";
import { openSync, rmSync } from "node:fs";

/**
 * Opens a file in memory for parcels, which has no name by the time it is used and is gone with the last one who
 * holds it. Undefined where there is no such memory: a file on a disk would be no faster than the socket.
 */
export function openParcelFile(): number | undefined {
  const path = `/dev/shm/toolyard-${process.pid}-${randomBytes(8).toString("hex")}`;
  try {
    const fd = openSync(path, "wx+", 0o600);
    rmSync(path);
    return fd;
  } catch {
    return undefined;
  }
}
