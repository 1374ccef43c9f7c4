/** {@link CliIo} over the real process. */
import { text } from "node:stream/consumers";
import type { CliIo, CliOutput, InterruptCause } from "./cli-io.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Exit code of a program whose reader went away, as a shell would report it. */
const BROKEN_PIPE = 141;

type Write = (text: string) => void;

/**
 * Takes over the process: from here on what anything but the CLI writes to stdout goes to stderr, so
 * that a tool's `console.log` cannot get between results. Call it once.
 */
export function processIo(): CliIo {
  const broken = new BrokenPipe();
  let sink = toStderr;
  const stdout = takeStdout((printed) => sink(printed), broken);
  process.stderr.on("error", ignore);
  return {
    stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    readStdin: () => text(process.stdin),
    onInterrupt: (listener) => listen(listener, broken),
    onExit: (listener) => {
      const onExit = (): void => {
        process.exitCode ||= 1;
        listener();
      };
      process.once("exit", onExit);
      return () => process.off("exit", onExit);
    },
    redirectPrints: (to) => {
      const before = sink;
      sink = to;
      return () => (sink = before);
    },
    exit: (code) => process.exit(code),
  };
}

/** Resolves when everything written so far has left the process or cannot leave it any more. */
export async function flush(io: CliIo): Promise<void> {
  await Promise.all([drained(io.stdout), drained(io.stderr)]);
}

function drained(output: CliOutput): Promise<void> {
  const waitable = output as { write(text: string, done: () => void): unknown };
  return new Promise((resolve) => waitable.write("", () => resolve()));
}

/** Whether stdout is still read, and who wants to know when it no longer is. */
class BrokenPipe {
  #isBroken = false;
  #listener: (() => void) | undefined;

  get isBroken(): boolean {
    return this.#isBroken;
  }

  listen(listener: (() => void) | undefined): void {
    this.#listener = listener;
    if (this.#isBroken) listener?.();
  }

  breaks(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    if (this.#listener === undefined) process.exit(BROKEN_PIPE);
    this.#listener();
  }
}

function takeStdout(onPrint: Write, broken: BrokenPipe): CliOutput {
  const { stdout } = process;
  const write = stdout.write.bind(stdout) as (text: string, done?: () => void) => boolean;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") toStderr(`toolyard: results cannot be written: ${error.message}\n`);
    broken.breaks();
  });
  stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    onPrint(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    const done = rest.findLast((argument) => typeof argument === "function");
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  return {
    write: (written: string, done?: () => void) => {
      if (!broken.isBroken) return write(written, done);
      done?.();
      return false;
    },
    isTTY: stdout.isTTY,
    get columns() {
      return stdout.columns;
    },
  };
}

function listen(listener: (cause: InterruptCause) => void, broken: BrokenPipe): () => void {
  const onSignal = (signal: NodeJS.Signals): void =>
    listener({ is: "signal", signal: signal as (typeof SIGNALS)[number] });
  const onStray = (thrown: unknown): void => listener({ is: "stray-error", thrown });
  const onStuck = (): void => listener({ is: "stuck" });
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // Node hands unhandled rejections to the same listeners.
  process.on("uncaughtException", onStray);
  process.on("beforeExit", onStuck);
  broken.listen(() => listener({ is: "signal", signal: "SIGPIPE" }));
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off("uncaughtException", onStray);
    process.off("beforeExit", onStuck);
    broken.listen(undefined);
  };
}

function toStderr(printed: string): void {
  process.stderr.write(printed);
}

function ignore(): void {}
