/** A build has `.js` where the sources have `.ts`. */
const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** The URL of a file of this benchmark that a worker runs: `fileOf("peers/answer-call")`. */
export function fileOf(path: string): URL {
  return new URL(`./${path}${EXTENSION}`, import.meta.url);
}
