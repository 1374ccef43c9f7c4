import { randomBytes } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import type { ParcelFiles } from "../worker/parcels.ts";

/**
 * Opens files in memory for parcels, which have no names by the time they are used and are gone with the last one
 * who holds them. Undefined where there is no such memory: a file on a disk would be no faster than the socket.
 */
export function openParcelFiles(): ParcelFiles | undefined {
  const own = openNameless();
  if (own === undefined) return undefined;
  const others = openNameless();
  if (others !== undefined) return { own, others };
  closeSync(own);
  return undefined;
}

function openNameless(): number | undefined {
  const path = `/dev/shm/toolyard-${process.pid}-${randomBytes(8).toString("hex")}`;
  try {
    const fd = openSync(path, "wx+", 0o600);
    rmSync(path);
    return fd;
  } catch {
    return undefined;
  }
}
