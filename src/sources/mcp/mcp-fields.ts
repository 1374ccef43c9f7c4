/** The fields of one server in a config, as far as they are of the right kind. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { thrownText } from "../../core/thrown-text.ts";

/** Whether a value has fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields of one server. Whoever asks for one that is of another kind gets a TypeError without its value. */
export class ServerFields {
  readonly #where: string;
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(where: string, given: Readonly<Record<string, unknown>>) {
    this.#where = where;
    this.#given = given;
  }

  /** An error about this server. */
  wrong(what: string): TypeError {
    return new TypeError(`${this.#where} ${what}`);
  }

  /** The first of these fields that is there. */
  text(...names: readonly string[]): string | undefined {
    const name = names.find((field) => this.#has(field));
    if (name === undefined) return undefined;
    const value = this.#given[name];
    if (typeof value === "string" && value.trim() !== "") return this.#asText(name, value);
    throw this.wrong(`needs a text that is not empty in \`${name}\`.`);
  }

  /** A list of texts; numbers count as their text. */
  list(name: string): readonly string[] | undefined {
    if (!this.#has(name)) return undefined;
    const value = this.#given[name];
    if (!Array.isArray(value)) throw this.wrong(`needs a list of texts in \`${name}\`.`);
    return value.map((item: unknown, place) => this.#asText(`${name}[${place}]`, item));
  }

  /** Texts by name; numbers and booleans count as their text. */
  record(name: string): Readonly<Record<string, string>> | undefined {
    if (!this.#has(name)) return undefined;
    const value = this.#given[name];
    if (!isRecord(value)) throw this.wrong(`needs an object of texts in \`${name}\`.`);
    const texts = Object.entries(value).map(([key, item]) => [
      key,
      this.#asText(`${name}.${key}`, item),
    ]);
    return Object.fromEntries(texts) as Record<string, string>;
  }

  /** `env`, over what is in the file `envFile`. */
  environment(): Readonly<Record<string, string>> | undefined {
    const own = this.record("env");
    const file = this.text("envFile");
    return file === undefined ? own : { ...this.#readFile(file), ...own };
  }

  /** @throws TypeError when one of these is there and neither true nor false: `"true"` would switch nothing off. */
  checkFlags(...names: readonly string[]): void {
    const wrong = names.find((name) => this.#has(name) && typeof this.#given[name] !== "boolean");
    if (wrong !== undefined) throw this.wrong(`needs true or false in \`${wrong}\`.`);
  }

  /** @throws TypeError that names the header and hides its value. */
  checkHeaders(headers: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(headers)) {
      try {
        new Headers().append(name, value);
      } catch {
        throw this.wrong(`has a name or a value in \`headers.${name}\` that HTTP does not allow.`);
      }
    }
  }

  #readFile(file: string): Readonly<Record<string, string>> {
    const path = resolve(this.text("cwd") ?? "", file);
    try {
      return parseEnv(readFileSync(path, "utf8")) as Record<string, string>;
    } catch (cause) {
      const reason = thrownText(cause);
      throw this.wrong(
        `has an \`envFile\` that cannot be read: ${reason}. Relative paths start from its \`cwd\`.`,
      );
    }
  }

  /** In JSON `null` stands for what is not given. */
  #has(name: string): boolean {
    return Object.hasOwn(this.#given, name) && (this.#given[name] ?? undefined) !== undefined;
  }

  #asText(place: string, value: unknown): string {
    // Node would refuse it in an error that shows all of it.
    if (typeof value === "string" && value.includes("\0"))
      throw this.wrong(`has a NUL character in \`${place}\`.`);
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw this.wrong(`needs a text in \`${place}\`.`);
  }
}
