#!/usr/bin/env node
/**
 * The program `toolyard`. Everything is imported when it runs, so that a Node too old for it says so
 * rather than fail on what it cannot read.
 */
import * as nodeModule from "node:module";
import { nodeProblem } from "./node-version.ts";

// Reading and compiling its own modules is most of what a short command does.
(nodeModule as Partial<typeof nodeModule>).enableCompileCache?.();

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}

// Warnings are for the user of a command, not for who wrote its code. Each run of a comparison gives the same.
const warned = new Set<string>();
process.removeAllListeners("warning");
process.on("warning", ({ name, message }) => {
  if (warned.has(message)) return;
  warned.add(message);
  process.stderr.write(`${name === "ToolyardWarning" ? "toolyard" : name}: ${message}\n`);
});

const [{ runCli }, { flush, processIo }] = await Promise.all([
  import("./cli.ts"),
  import("./process-io.ts"),
]);

const io = processIo();
const exitCode = await runCli(process.argv.slice(2), io);
await flush(io);
// A tool that ignores its signal may go on for ever on the event loop; nobody waits for it.
process.exit(exitCode);
