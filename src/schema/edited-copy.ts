import { isPlainObject, setOwn } from "./plain-object.ts";

type Container = unknown[] | Record<string, unknown>;

/**
 * A copy of a value that can be written to, path by path, while the value stays as it is. Only the
 * containers on the way to a change are copied; dates, typed arrays, maps and other class instances
 * are shared, and nothing is written inside them. A value that contains itself is no trouble.
 */
export class EditedCopy {
  readonly #copied = new Set<Container>();
  #root: unknown;

  constructor(value: unknown) {
    this.#root = value;
  }

  /** The value with all changes made so far. */
  get value(): unknown {
    return this.#root;
  }

  /** What is at a path; undefined when nothing is, or when it is inside a class instance. */
  read(path: readonly string[]): unknown {
    let at = this.#root;
    for (const key of path) {
      if (!isContainer(at) || !Object.hasOwn(at, key)) return undefined;
      at = entry(at, key);
    }
    return at;
  }

  /** Writes to a path that {@link read} found something at. */
  write(path: readonly string[], value: unknown): void {
    const last = path.at(-1);
    if (last === undefined) this.#root = value;
    else setOwn(this.#ownParent(path), last, value);
  }

  /** Takes the property at a path out of its object; false when what is there is no property. */
  remove(path: readonly string[]): boolean {
    const last = path.at(-1);
    if (last === undefined || !isPlainObject(this.read(path.slice(0, -1)))) return false;
    return Reflect.deleteProperty(this.#ownParent(path), last);
  }

  #ownParent(path: readonly string[]): Container {
    let parent = this.#own(this.#root);
    this.#root = parent;
    for (const key of path.slice(0, -1)) {
      const next = this.#own(entry(parent, key));
      setOwn(parent, key, next);
      parent = next;
    }
    return parent;
  }

  #own(value: unknown): Container {
    const container = value as Container;
    if (this.#copied.has(container)) return container;
    const copy = Array.isArray(container) ? [...container] : { ...container };
    this.#copied.add(copy);
    return copy;
  }
}

function isContainer(value: unknown): value is Container {
  return Array.isArray(value) || isPlainObject(value);
}

function entry(container: Container, key: string): unknown {
  return (container as Record<string, unknown>)[key];
}
