/**
 * Ends child processes, and groups of processes, whose parent is gone.
 *
 * A parent that dies of a signal can end nobody, and a child in a loop never sees that its channel has closed. So a
 * helper, a shell with a few lines to run, reads from a pipe that only the parent holds which children live:
 *
 *   +pid    it has been started                       -pid    it has ended
 *   +-pid   it has been started and leads a group     --pid   its group has ended
 *
 * When the pipe closes, however the parent ended, the helper kills those that are left, and ends itself. A worker thread
 * has a pipe of its own, which closes when it ends or is terminated. The helper has a session of its own, so that a Ctrl-C
 * does not reach it, and keeps no program alive. Windows needs none: there children belong to a job object that ends with
 * the parent. Where there is no `/bin/sh` children go without.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

const SHELL = "/bin/sh";

/** `$pids` is a list with a blank on either side of each. `kill -9 --` is wrong in dash. */
const SCRIPT = `
trap '' HUP INT QUIT TERM PIPE
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) pids="$pids$pid " ;;
    -*) case $pids in *" $pid "*) pids="\${pids%%" $pid "*} \${pids#*" $pid "}" ;; esac ;;
  esac
done
for pid in $pids; do kill -s KILL -- "$pid"; done`;

/** Milliseconds after which a helper that died is replaced. */
const RESTART_MS = 1_000;

/** Has children of this process ended when this process is gone, whatever ended it. */
export class Guardian {
  readonly #pids = new Set<number>();
  #helper: ChildProcess | undefined;
  #startIsDue = false;
  #hasGivenUp: boolean = process.platform === "win32";

  /**
   * A child has been started.
   *
   * @param pid - Negative for the group that a child leads.
   */
  watch(pid: number): void {
    this.#pids.add(pid);
    this.#tell(`+${pid}`);
    if (this.#helper !== undefined || this.#startIsDue) return;
    this.#startIsDue = true;
    // Not in the way of the child, which has itself to be started first.
    setImmediate(() => this.#start());
  }

  /** A child has ended: its number may come to mean another process. */
  release(pid: number): void {
    this.#pids.delete(pid);
    this.#tell(`-${pid}`);
  }

  #start(): void {
    this.#startIsDue = false;
    if (this.#hasGivenUp || this.#helper !== undefined || this.#pids.size === 0) return;
    try {
      this.#listen(spawnHelper());
    } catch {
      // Too little memory for a process, say.
      this.#onGone();
    }
  }

  #listen(helper: ChildProcess): void {
    this.#helper = helper;
    helper.on("error", ({ code }: NodeJS.ErrnoException) => {
      this.#hasGivenUp = code === "ENOENT" || code === "EACCES";
      this.#onGone();
    });
    helper.on("exit", () => this.#onGone());
    // None when descriptors have run out.
    const stdin = helper.stdin as Socket | null | undefined;
    // A helper that is gone resets the pipe; its exit is what counts.
    stdin?.on("error", () => {});
    stdin?.unref();
    helper.unref();
    for (const pid of this.#pids) this.#tell(`+${pid}`);
  }

  #tell(line: string): void {
    const stdin = this.#helper?.stdin;
    if (stdin?.writable === true) stdin.write(`${line}\n`);
  }

  #onGone(): void {
    this.#helper = undefined;
    if (this.#startIsDue) return;
    this.#startIsDue = true;
    setTimeout(() => this.#start(), RESTART_MS).unref();
  }
}

function spawnHelper(): ChildProcess {
  return spawn(SHELL, ["-c", SCRIPT, "toolyard-guardian", String(process.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
    env: {},
  });
}
