import { readFileSync } from "node:fs";

const NS_PER_MS = 1_000_000;
const PAGE_BYTES = 4_096;

/** How a thread of the system has spent its time. Milliseconds since it began. */
export interface TaskTimes {
  /** On a core. */
  readonly cpuMs: number;
  /** On a core, or waiting for one: what it had to compute, however busy the machine is. */
  readonly computingMs: number;
}

/**
 * The times of a thread, as Linux tells them; undefined when it is gone, and on other systems. About 15 µs.
 *
 * @param task - Its place below `/proc`: `17`, or `17/task/21`.
 */
export function readTaskTimes(task: string): TaskTimes | undefined {
  const [onCore, inLine] = fieldsOf(task, "schedstat");
  if (onCore === undefined || inLine === undefined) return undefined;
  const cpuMs = Number(onCore) / NS_PER_MS;
  return { cpuMs, computingMs: cpuMs + Number(inLine) / NS_PER_MS };
}

/** Resident memory of a process in bytes, as Linux tells it; undefined when it is gone, and on other systems. */
export function readResidentBytes(pid: string): number | undefined {
  const resident = fieldsOf(pid, "statm")[1];
  return resident === undefined ? undefined : Number(resident) * PAGE_BYTES;
}

function fieldsOf(task: string, file: string): readonly string[] {
  try {
    return readFileSync(`/proc/${task}/${file}`, "latin1").split(" ");
  } catch {
    return [];
  }
}
