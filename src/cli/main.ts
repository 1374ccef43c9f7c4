#!/usr/bin/env node
/** The program `toolyard`. */
import { enableCompileCache } from "node:module";

// Reading and compiling its own modules is most of what a short command does.
enableCompileCache();
const [{ runCli }, { flush, processIo }] = await Promise.all([
  import("./cli.ts"),
  import("./process-io.ts"),
]);

const io = processIo();
const exitCode = await runCli(process.argv.slice(2), io);
await flush(io);
// A tool that ignores its signal may go on for ever on the event loop; nobody waits for it.
process.exit(exitCode);
