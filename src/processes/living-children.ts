/**
 * Children of this process, none of which may outlive it.
 *
 * Numbers of processes are used again. That of a child is its own until Node has heard of its end, and that of a group
 * for as long as anybody is in it. So a child's number is forgotten when its end is heard of; what it has left of its
 * group is killed at that moment, the last at which the number is known to mean it.
 */
import type { ChildProcess } from "node:child_process";
import { Guardian } from "./guardian.ts";

/** Whether a child that is started `detached` leads a group, which can be sent signals as one. */
export const HAS_GROUPS: boolean = process.platform !== "win32";

/** How each is killed. */
const living = new Map<ChildProcess, () => void>();
const guardian = new Guardian();

/** Has the child killed when this process is gone: by itself when it can, else by the {@link Guardian}. */
export function endWithThisProcess(child: ChildProcess): void {
  if (child.pid !== undefined) watch(child, child.pid, () => child.kill("SIGKILL"));
}

/**
 * Has the whole group of a child that was started `detached` killed when this process is gone, and what is left of the
 * group when the child has ended. Where there are no groups it is the child alone.
 */
export function endGroupWithThisProcess(leader: ChildProcess): void {
  if (!HAS_GROUPS) return endWithThisProcess(leader);
  const { pid } = leader;
  if (pid === undefined) return;
  const kill = (): void => signalGroup(pid, "SIGKILL");
  leader.once("exit", kill);
  watch(leader, -pid, kill);
}

/** Sends a signal to all of a group whose leader has not been heard to have ended. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // Nobody of the group is left.
  }
}

function watch(child: ChildProcess, pid: number, kill: () => void): void {
  living.set(child, kill);
  guardian.watch(pid);
  child.once("exit", () => {
    living.delete(child);
    guardian.release(pid);
  });
}

process.on("exit", () => {
  for (const kill of living.values()) kill();
});
