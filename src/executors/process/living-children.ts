/** Children of this process, none of which may outlive it. */
import type { ChildProcess } from "node:child_process";
import { Guardian } from "./guardian.ts";

const living = new Set<ChildProcess>();
const guardian = new Guardian();

/** Has the child killed when this process is gone: by itself when it can, else by the {@link Guardian}. */
export function endWithThisProcess(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  living.add(child);
  guardian.watch(pid);
  child.once("exit", () => {
    living.delete(child);
    guardian.release(pid);
  });
}

process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});
