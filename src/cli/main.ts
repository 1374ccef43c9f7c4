#!/usr/bin/env node
/** The program `toolyard`. */
import { runCli } from "./cli.ts";
import { flush, processIo } from "./process-io.ts";

const io = processIo();
const exitCode = await runCli(process.argv.slice(2), io);
await flush(io);
// A tool that ignores its signal may go on for ever on the event loop; nobody waits for it.
process.exit(exitCode);
