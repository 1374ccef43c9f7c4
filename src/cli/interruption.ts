/** Ctrl-C and its kin, while calls run: the first cancels, the second kills. */
import { thrownText } from "../core/thrown-text.ts";
import { ToolError } from "../core/tool-error.ts";
import type { CliIo, InterruptCause } from "./cli-io.ts";
import { oneLine } from "./one-line.ts";

/** Exit codes as shells report them: 128 and the signal's number. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;

/** The code that Node ends with when a promise is waited for and nothing is left to settle it. */
const NOTHING_LEFT = 13;

const APART = "Run it with --mode process to keep such tools apart.";

/** Turns interruptions into one AbortSignal and an exit code. */
export class Interruption {
  readonly #io: CliIo;
  readonly #onKill: () => void;
  readonly #controller = new AbortController();
  readonly #stopListening: (() => void)[];
  #exitCode: number | undefined;

  /** @param onKill - Called on the second interruption and when the program ends at once; must not wait. */
  constructor(io: CliIo, onKill: () => void) {
    this.#io = io;
    this.#onKill = onKill;
    this.#stopListening = [
      io.onInterrupt((cause) => this.#interrupt(cause)),
      io.onExit((code) => this.#cutOff(code)),
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
    const isSignal = "signal" in cause;
    if (this.#exitCode !== undefined) {
      // Tools that are being stopped may throw more stray errors; only a person kills.
      if (isSignal && cause.signal !== "SIGPIPE") this.#kill();
      return;
    }
    this.#exitCode = isSignal ? EXIT_CODES[cause.signal] : 1;
    const notice = noticeFor(cause);
    if (notice !== "") this.#io.stderr.write(`${notice}\n`);
    const why = isSignal ? `Interrupted by ${cause.signal}.` : "The run stopped at a stray error.";
    this.#controller.abort(new ToolError("CALL_CANCELLED", why));
  }

  #kill(): void {
    this.close();
    this.#onKill();
    this.#io.exit(this.#exitCode ?? 1);
  }

  #cutOff(code: number): void {
    const what =
      code === NOTHING_LEFT
        ? "nothing is left that could end the calls that still run: a tool waits for something that never comes."
        : `a tool on the event loop ended the program. ${APART}`;
    this.#io.stderr.write(`toolyard: ${what}\n`);
    this.#onKill();
  }
}

function noticeFor(cause: InterruptCause): string {
  if ("strayError" in cause) {
    return (
      `toolyard: a tool on the event loop threw outside of its call: ${oneLine(thrownText(cause.strayError))}. ` +
      APART
    );
  }
  return cause.signal === "SIGINT" ? "Stopping. Press Ctrl-C again to stop at once." : "";
}
