/** Keeps what a tool does to its own process from being blamed on the calls beside it. */
import type { CallServer } from "./call-server.ts";

/**
 * Makes uncaught exceptions, unhandled rejections and `process.exit` end the call that caused them
 * rather than everything that runs beside it.
 */
export function containCrashes(server: CallServer): void {
  process.on("uncaughtException", (thrown, origin) => {
    if (!(thrown instanceof ExitRequest)) {
      server.crash(thrown, `The worker died of an ${origin}`, { origin });
    }
  });
  process.exit = (code) => {
    const exitCode = code ?? process.exitCode ?? 0;
    const request = new ExitRequest(exitCode);
    server.crash(request, "The tool ended its worker", { exitCode });
    // Reached while other calls are let finish: unwind, for `process.exit` never returns.
    throw request;
  };
}

/** Thrown where a tool called `process.exit` while other calls still run in its worker. */
class ExitRequest extends Error {
  constructor(code: unknown) {
    super(`process.exit(${String(code)})`);
    this.name = "ExitRequest";
  }
}
