/** Workers run the same kind of file as we do: `.ts` from the sources, `.js` from the build. */
const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** The first file that a worker of this kind runs. */
export function workerEntry(kind: "thread" | "process"): URL {
  return new URL(`../worker/${kind}-entry${EXTENSION}`, import.meta.url);
}
