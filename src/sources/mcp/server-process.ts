/**
 * A server's process, together with everything that it starts in turn: `npx` and shells start the server as a child of
 * their own. Where there are process groups it leads one, and the group is ended as a whole. A Ctrl-C in the terminal
 * therefore does not reach it: it ends when its stdin does, when told, or with this program, however that ends.
 *
 * Its handles keep no program alive; whoever waits for an answer has a timer that does.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import {
  HAS_GROUPS,
  endGroupWithThisProcess,
  signalGroup,
} from "../../processes/living-children.ts";
import type { Clock } from "../../time/clock.ts";
import type { ConnectionLoss } from "./connection-loss.ts";
import type { McpStdioServer } from "./mcp-options.ts";

/** How long a server may take to go when its stdin ends, and again when it is told to. */
const GRACE_MS = 1_000;
/** Windows starts `npx.cmd` and its like in a shell alone. */
const SCRIPTS =
  process.platform === "win32"
    ? '. A script such as npx is started by "cmd", with "/c" first in `args`'
    : "";
/** So much is worth a write of its own: the server reads it while more is being prepared. */
const FLUSHED_CHARACTERS = 4 * 1024;
/** Longest wait for the rest of its output when it has ended, or for its end when its output has. */
const PIPES_CLOSE_MS = 200;

/** What a process is started with. */
export interface ServerProcessParts {
  readonly clock: Clock;
  /** All its variables. */
  readonly env: Readonly<Record<string, string>>;
  onOutput(chunk: Buffer): void;
  onErrorOutput(text: string): void;
  /** It is of no more use: it ended, could not be started, or has closed a pipe. Once. */
  onEnd(loss: ConnectionLoss): void;
}

/** Starts a server and ends it. */
export class ServerProcess {
  readonly #server: McpStdioServer;
  readonly #parts: ServerProcessParts;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #exit: ConnectionLoss | undefined;
  #isTold = false;
  #stopping: Promise<void> | undefined;
  #unwritten = "";

  constructor(server: McpStdioServer, parts: ServerProcessParts) {
    this.#server = server;
    this.#parts = parts;
    const child = spawn(server.command, [...(server.args ?? [])], {
      cwd: server.cwd,
      env: parts.env,
      stdio: ["pipe", "pipe", "pipe"],
      detached: HAS_GROUPS,
      windowsHide: true,
    });
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => child.pid === undefined && resolve());
    });
    child.on("error", (error) => {
      if (child.pid === undefined) this.#tell(this.#notStarted(error));
    });
    child.on("exit", (exitCode, signal) => this.#onExit(exitCode, signal));
    endGroupWithThisProcess(child);
    child.unref();
    this.#listen();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it can be written to. */
  get isWritable(): boolean {
    return !this.#isTold && this.#child.stdin?.writable === true;
  }

  /** Writes to its stdin; what is written in one turn goes together, as long as it is little. */
  write(text: string): void {
    if (this.#unwritten === "") process.nextTick(() => this.#flush());
    this.#unwritten += text;
    if (this.#unwritten.length >= FLUSHED_CHARACTERS) this.#flush();
  }

  /**
   * Ends it: closes its stdin and waits a moment, unless it `mustGo`; then SIGTERM, then SIGKILL, to all of its group.
   * Resolves when it is gone, in any case after some three seconds.
   */
  stop(mustGo: boolean): Promise<void> {
    return (this.#stopping ??= this.#stop(mustGo));
  }

  async #stop(mustGo: boolean): Promise<void> {
    this.#flush();
    this.#child.stdin?.end();
    if (!mustGo && (await this.#goneWithin(GRACE_MS))) return;
    if (this.#exit !== undefined) return;
    this.#signal("SIGTERM");
    if (await this.#goneWithin(GRACE_MS)) return;
    this.#signal("SIGKILL");
    await this.#goneWithin(GRACE_MS);
  }

  /** Sends a signal to it and to what it has started. */
  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid !== undefined && HAS_GROUPS) signalGroup(pid, signal);
    else this.#child.kill(signal);
  }

  async #goneWithin(ms: number): Promise<boolean> {
    const late = Promise.withResolvers<false>();
    const cancel = this.#parts.clock.setTimer(ms, () => late.resolve(false));
    const isGone = await Promise.race([this.#gone.then(() => true), late.promise]);
    cancel();
    return isGone;
  }

  #listen(): void {
    // None when descriptors have run out, whatever the types say; the reason is emitted later.
    const { stdin, stdout, stderr } = this.#child as Partial<ChildProcess>;
    for (const pipe of [stdin, stdout, stderr]) {
      // A server that is gone resets its pipes; its exit is what counts.
      pipe?.on("error", () => {});
      (pipe as Socket | null | undefined)?.unref();
    }
    stdin?.on("error", () => this.#tellSoon("closed its stdin"));
    stdout?.on("data", (chunk: Buffer) => this.#parts.onOutput(chunk));
    stdout?.on("close", () => this.#tellSoon("closed its stdout"));
    stderr?.setEncoding("utf8").on("data", (text: string) => this.#parts.onErrorOutput(text));
  }

  #flush(): void {
    const text = this.#unwritten;
    this.#unwritten = "";
    if (text !== "" && this.#child.stdin?.writable === true) this.#child.stdin.write(text);
  }

  #onExit(exitCode: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `exited with code ${exitCode}` : `died of ${signal}`;
    this.#exit = { how, exitCode, signal };
    // Answers that it wrote before may still be in the pipe.
    const cancel = this.#parts.clock.setTimer(PIPES_CLOSE_MS, () => {
      this.#tell(this.#exit);
      this.#closePipes();
    });
    this.#child.once("close", () => {
      cancel();
      this.#tell(this.#exit);
    });
  }

  /** A pipe is closed by the server's end as a rule, of which more is known a moment later. */
  #tellSoon(how: string): void {
    if (this.#isTold || this.#exit !== undefined) return;
    this.#parts.clock.setTimer(PIPES_CLOSE_MS, () => {
      if (this.#exit === undefined) this.#tell({ how });
    });
  }

  #tell(loss: ConnectionLoss | undefined): void {
    if (this.#isTold || loss === undefined) return;
    this.#isTold = true;
    this.#parts.onEnd(loss);
  }

  /** What it has started and is in no group of ours may hold the other ends for ever. */
  #closePipes(): void {
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) pipe?.destroy();
  }

  #notStarted(cause: NodeJS.ErrnoException): ConnectionLoss {
    // Its arguments may hold secrets, and errors are printed with all their fields.
    Reflect.deleteProperty(cause, "spawnargs");
    const { command, cwd } = this.#server;
    const how = `cannot be started: ${cause.message}`;
    if (cause.code !== "ENOENT") return { how, cause };
    if (cwd !== undefined && !existsSync(cwd))
      return { how: `cannot be started: there is no folder ${cwd}`, cause, retryable: false };
    return {
      how:
        `cannot be started: there is no command "${command}" on its PATH. ` +
        `Install it, or give its whole path as \`command\`${SCRIPTS}`,
      cause,
      retryable: false,
    };
  }
}
