/** Ctrl-C and its kin, while calls run: the first cancels, the second kills. */
import { thrownText } from "../core/thrown-text.ts";
import { ToolError } from "../core/tool-error.ts";
import type { CliIo, InterruptCause } from "./cli-io.ts";
import { oneLine } from "./one-line.ts";

/** Exit codes as shells report them: 128 and the signal's number. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;

const APART = "Run it with --mode process to keep such tools apart.";

/** What an interruption does to the world. */
export interface InterruptionWays {
  /** Tells the person at the keyboard. Lines end with a line break. */
  readonly say: (text: string) => void;
  /** Called on the second signal, and when the program ends at once. Must not wait. */
  readonly onKill: () => void;
}

/** Turns interruptions into one AbortSignal and an exit code. */
export class Interruption {
  readonly #io: Pick<CliIo, "onInterrupt" | "onExit" | "exit">;
  readonly #ways: InterruptionWays;
  readonly #controller = new AbortController();
  readonly #stopListening: (() => void)[];
  #exitCode: number | undefined;

  constructor(io: Pick<CliIo, "onInterrupt" | "onExit" | "exit">, ways: InterruptionWays) {
    this.#io = io;
    this.#ways = ways;
    this.#stopListening = [
      io.onInterrupt((cause) => this.#interrupt(cause)),
      io.onExit(() => this.#cutOff()),
    ];
  }

  /** Aborts at the first interruption; its reason is a `CALL_CANCELLED`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the program must end with; undefined while nothing interrupted it. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Stops listening: from here on a signal ends the program in its usual way. */
  close(): void {
    for (const stop of this.#stopListening.splice(0)) stop();
  }

  #interrupt(cause: InterruptCause): void {
    if (this.#exitCode !== undefined) {
      // Tools that are being stopped may throw more stray errors; only a person kills.
      if (cause.is === "signal" && cause.signal !== "SIGPIPE") this.#kill();
      return;
    }
    this.#exitCode = cause.is === "signal" ? EXIT_CODES[cause.signal] : 1;
    const notice = noticeFor(cause);
    if (notice !== "") this.#ways.say(`${notice}\n`);
    this.#controller.abort(new ToolError("CALL_CANCELLED", reasonFor(cause)));
  }

  #kill(): void {
    this.close();
    this.#ways.onKill();
    this.#io.exit(this.#exitCode ?? 1);
  }

  #cutOff(): void {
    this.close();
    this.#ways.say(`toolyard: a tool on the event loop ended the program. ${APART}\n`);
    this.#ways.onKill();
  }
}

function noticeFor(cause: InterruptCause): string {
  if (cause.is === "stray-error") {
    const what = oneLine(thrownText(cause.thrown));
    return `toolyard: a tool on the event loop threw outside of its call: ${what}. ${APART}`;
  }
  if (cause.is === "stuck") {
    return "toolyard: a tool waits for something that never comes. Give it a timeoutMs, or use --deadline.";
  }
  return cause.signal === "SIGINT" ? "Stopping. Press Ctrl-C again to stop at once." : "";
}

function reasonFor(cause: InterruptCause): string {
  if (cause.is === "signal") return `Interrupted by ${cause.signal}.`;
  return cause.is === "stray-error"
    ? "The run stopped because a tool threw outside of its call."
    : "The run stopped because nothing was left that could end it.";
}
