/** Reads a module's types in a thread of its own: it takes seconds, and much memory that is given back with the thread. */
import { Worker } from "node:worker_threads";
import { thrownText } from "../../core/thrown-text.ts";
import { type DeriveAnswer, DERIVE_ENTRY, type DeriveTask } from "./derive/derive-entry.ts";
import type { Derivation } from "./derived-module.ts";

/** Longest that types are read. */
const TIMEOUT_MS = 120_000;

/**
 * Derives what the module in a file gives.
 *
 * @throws TypeError when the schema generator is not installed, or could not read the file.
 */
export async function deriveInThread(file: string): Promise<Derivation> {
  const task: DeriveTask = { kind: "toolyard.derive", file };
  const worker = new Worker(new URL(DERIVE_ENTRY), {
    name: "toolyard-derive",
    workerData: task,
    // Flags of the program, such as `--input-type` or a preloaded file, are not meant for this.
    execArgv: [],
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<DeriveAnswer>((resolve) => {
      worker.once("message", resolve);
      worker.once("error", (error) => resolve({ thrown: thrownText(error) }));
      worker.once("exit", () => resolve({ thrown: "the thread that read them ended" }));
      const seconds = TIMEOUT_MS / 1000;
      timer = setTimeout(() => resolve({ thrown: `it took more than ${seconds} s` }), TIMEOUT_MS);
    });
    return derivationOf(answer, file);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function derivationOf(answer: DeriveAnswer, file: string): Derivation {
  if ("derivation" in answer) return answer.derivation;
  if ("missing" in answer) {
    throw new TypeError(
      `Deriving tools from types needs the package "ts-json-schema-generator", and ${file} exports no tools of ` +
        "its own. Run: npm install --save-dev ts-json-schema-generator, or write the schemas where it is " +
        "installed: toolyard schema --from MODULE --out MODULE.schema.json, or make the tools with defineTool.",
    );
  }
  throw new TypeError(`The types of ${file} cannot be read: ${answer.thrown}.`);
}
