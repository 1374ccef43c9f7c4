/** What the fields of a tool's input are called. */

/** Names that every provider takes for a field; Anthropic's are the strictest. */
const VALID = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Leaves room for what tells names of the same beginning apart. */
const STEM_LENGTH = 48;

/** Gives each parameter of an operation, and its body, a field of its own. */
export class FieldNames {
  readonly #taken = new Set<string>();

  /** @param taken - Fields that there are. */
  constructor(taken: Iterable<string> = []) {
    for (const field of taken) this.#taken.add(field);
  }

  /**
   * The parameter's own name where providers take it and nothing else has it, else one like it: `filter[name]` becomes
   * `filter_name`, a second `id` becomes `id_query`.
   */
  fieldFor(name: string, place: string): string {
    const clean = cleaned(name);
    let field = clean;
    for (let count = 1; this.#taken.has(field); count += 1) {
      const stem = clean.slice(0, STEM_LENGTH);
      field = count === 1 ? `${stem}_${place}` : `${stem}_${place}_${count}`;
    }
    this.#taken.add(field);
    return field;
  }
}

function cleaned(name: string): string {
  if (VALID.test(name) && name !== "__proto__") return name;
  const clean = name.replaceAll(/[^a-zA-Z0-9.-]+/g, "_").replaceAll(/^_+|_+$/g, "");
  return clean.slice(0, STEM_LENGTH) || "parameter";
}
