/** The first file of the thread that reads types, and nothing at all in any other. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { Derivation } from "../derived-module.ts";

/** This file, to start the thread with: `.ts` from the sources, `.js` from the build. */
export const DERIVE_ENTRY: string = import.meta.url;

/** What the thread is told. */
export interface DeriveTask {
  readonly kind: "toolyard.derive";
  /** Absolute path of the module. */
  readonly file: string;
}

/** What it answers. */
export type DeriveAnswer =
  | { readonly derivation: Derivation }
  | { readonly missing: true }
  | { readonly thrown: string };

if (!isMainThread && (workerData as Partial<DeriveTask> | null)?.kind === "toolyard.derive") {
  // Not awaited: a program that loads this package with `require` takes no module that waits while it is loaded.
  void answer((workerData as DeriveTask).file).then((found) => parentPort?.postMessage(found));
}

async function answer(file: string): Promise<DeriveAnswer> {
  try {
    const { deriveTools } = await import("./derive-tools.ts");
    return { derivation: deriveTools(file) };
  } catch (thrown) {
    const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
    const isMissing =
      code === "ERR_MODULE_NOT_FOUND" && String(message).includes("'ts-json-schema-generator'");
    return isMissing ? { missing: true } : { thrown: String(message ?? thrown) };
  }
}
