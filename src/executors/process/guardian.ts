/**
 * Ends child processes whose parent is gone.
 *
 * A parent that dies of a signal can end nobody, and a child in a loop never sees that its channel has closed. So a
 * helper, a shell with a few lines to run, reads from a pipe that only the parent holds which children live:
 *
 *   +pid   it has been started        -pid   it has ended
 *
 * When the pipe closes, however the parent ended, the helper kills those that are left, and ends itself. It has a
 * session of its own, so that a Ctrl-C does not reach it, and keeps no program alive. Windows needs none: there
 * children belong to a job object that ends with the parent. Where there is no `/bin/sh` children go without.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

const SHELL = "/bin/sh";

/** `$pids` is a list with a blank on either side of each. */
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
for pid in $pids; do kill -9 "$pid"; done`;

/** Milliseconds after which a helper that died is replaced. */
const RESTART_MS = 1_000;

/** Has children of this process ended when this process is gone, whatever ended it. */
export class Guardian {
  readonly #pids = new Set<number>();
  #helper: ChildProcess | undefined;
  #startIsDue = false;
  #hasGivenUp: boolean = process.platform === "win32";

  /** A child has been started. */
  watch(pid: number): void {
    this.#pids.add(pid);
    this.#tell(`+${pid}`);
    // Not in the way of the child, which has itself to be started first.
    if (this.#helper === undefined && !this.#startIsDue) setImmediate(() => this.#start());
    this.#startIsDue = true;
  }

  /** A child has ended: its number may come to mean another process. */
  release(pid: number): void {
    this.#pids.delete(pid);
    this.#tell(`-${pid}`);
  }

  #start(): void {
    this.#startIsDue = false;
    if (this.#hasGivenUp || this.#helper !== undefined || this.#pids.size === 0) return;
    const helper = spawn(SHELL, ["-c", SCRIPT, "toolyard-guardian", String(process.pid)], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      cwd: "/",
      env: {},
    });
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
