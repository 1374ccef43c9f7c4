/** Reads the texts of a document and of all that it refers to: from files, or through a function that asks the network. */
import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ByteAllowance } from "./byte-allowance.ts";

/**
 * Fetches a text over http(s), where that is allowed. `url`: where it came from in the end, after redirects. Takes the
 * bytes that come from the allowance. Throws ToolErrors.
 */
export type FetchText = (
  url: URL,
  allowance: ByteAllowance,
) => Promise<{ readonly text: string; readonly url: URL }>;

/** Most bytes of a document with all that it refers to. */
const MAX_BYTES = 100 * 1024 * 1024;

/** Reads texts until they are too many bytes together. */
export class TextReader {
  readonly #fetchText: FetchText;
  readonly #allowance: ByteAllowance;

  /** @param maxBytes - Of all texts together. Default 100 MiB. */
  constructor(fetchText: FetchText, maxBytes: number = MAX_BYTES) {
    this.#fetchText = fetchText;
    this.#allowance = new ByteAllowance(maxBytes);
  }

  /**
   * The text at a URL, and where it was found.
   *
   * @throws TypeError when it is a file that cannot be read, or one too many; what `fetchText` throws.
   */
  async read(url: URL): ReturnType<FetchText> {
    if (url.protocol !== "file:") return await this.#fetchText(url, this.#allowance);
    const path = fileURLToPath(url);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new TypeError(`There is no file ${path}.`);
    if (!found.isFile()) throw new TypeError(`${path} is not a file.`);
    if (!this.#allowance.take(found.size)) {
      throw new TypeError(`${path} has ${found.size} bytes, and ${this.#allowance.rule}.`);
    }
    return { text: await readFile(path, "utf8"), url };
  }
}
