/**
 * Tools by name, bound once.
 *
 * A snapshot is the catalog's own map, handed out as it is; the next change copies the map first, so a
 * snapshot never changes and taking one costs nothing. Changes without snapshots in between share
 * one copy.
 */
import type { EventSink, RegistryEvent } from "../core/call-event.ts";
import { checkDefinition, type Tool } from "../core/tool.ts";
import { closestNames, suggestion } from "../core/closest-names.ts";
import { nameMatcher } from "../core/name-pattern.ts";
import { checkNamespace, isWithin, namespaced } from "./namespace.ts";

/** Names that {@link ToolCatalog.closest} thinks about until the catalog changes. */
const MAX_MISSPELT = 100;

/** A tool in the catalog, with what was worked out for it. */
export interface CatalogEntry<Bound> {
  /** The tool under its full name. */
  readonly tool: Tool;
  readonly bound: Bound;
  /** The namespace it was registered with; dots in the tool's own name make none. */
  readonly namespace: string | undefined;
  /** The name of the source that offers it; undefined when none does. */
  readonly source: string | undefined;
  /** The model is told of it only when it searches. */
  readonly deferred: boolean;
  /** It belongs to the registry itself, and gives way to any other of its name. */
  readonly builtIn: boolean;
  /** Set when it is switched off, with the reason if one was given. */
  readonly disabled: { readonly reason: string | undefined } | undefined;
}

/** The catalog as it was at one moment, by full name, in the order of registration. */
export type CatalogSnapshot<Bound> = ReadonlyMap<string, CatalogEntry<Bound>>;

/** Which tools to take. A tool must fit every field that is given. */
export interface ToolFilter {
  /** Tools registered with this namespace or one within it. */
  readonly namespace?: string;
  /** Tools of the source of this name: an OpenAPI document, an MCP server. */
  readonly source?: string;
  /** Tools that have all of these tags. */
  readonly tags?: readonly string[];
  /** Tools that are switched on, or off. */
  readonly enabled?: boolean;
  /** Tools that the model is told of only when it searches, or the others. */
  readonly deferred?: boolean;
  /** Tools with one of these full names; `*` stands for any characters, dots too. */
  readonly names?: readonly string[];
}

/** What a catalog needs. */
export interface CatalogParts<Bound> {
  /** Works out what calls of a tool will need. May throw: then the tool is not registered. */
  readonly bind: (tool: Tool, source: string | undefined) => Bound;
  /** Told of every change, after it was made. */
  readonly emit: EventSink<RegistryEvent>;
  /** Milliseconds since 1970. */
  readonly epoch: () => number;
}

/** How tools are added. */
export interface CatalogRegisterOptions {
  /** Put before each name with a dot. May nest: `github.issues`. */
  readonly namespace?: string | undefined;
  /** Replace tools of the same name rather than throw. Default false. */
  readonly replace?: boolean | undefined;
  /** The source that offers them. */
  readonly source?: string | undefined;
  /** Tell the model of them only when it searches. Default false. */
  readonly deferred?: boolean | undefined;
  /** They belong to the registry itself, and give way to others of their names. Default false. */
  readonly builtIn?: boolean | undefined;
}

/** Keeps tools by name. */
export class ToolCatalog<Bound> {
  readonly #parts: CatalogParts<Bound>;
  #entries = new Map<string, CatalogEntry<Bound>>();
  #isShared = false;
  /** What was said of unknown names, until the catalog changes. */
  readonly #misspelt = new Map<string, readonly string[]>();

  constructor(parts: CatalogParts<Bound>) {
    this.#parts = parts;
  }

  /**
   * Adds tools, all or none, and returns their full names. A tool that replaces another keeps its
   * place in the order and stays switched off if the other was.
   *
   * @throws TypeError when a tool is not well formed, a name is taken or given twice, or the
   *   namespace is not valid; and whatever `bind` throws.
   */
  register(tools: readonly Tool[], options: CatalogRegisterOptions = {}): readonly string[] {
    if (options.namespace !== undefined) checkNamespace(options.namespace);
    const added = new Map<string, CatalogEntry<Bound>>();
    for (const tool of tools) {
      const entry = this.#prepare(tool, options);
      if (added.has(entry.tool.name)) throw givenTwice(entry.tool.name);
      added.set(entry.tool.name, entry);
    }
    const names = [...added.keys()];
    const known = new Set(names.filter((name) => this.#entries.has(name)));
    this.#set(added);
    for (const name of names)
      this.#tell(known.has(name) ? "tool.updated" : "tool.registered", name);
    return names;
  }

  /** Removes a tool. False when there is none of that name. */
  unregister(name: string): boolean {
    return this.#delete(this.#entries.has(name) ? [name] : []).length > 0;
  }

  /** Removes the tools of a namespace and of those within it. Returns their full names. */
  unregisterNamespace(namespace: string): readonly string[] {
    return this.#delete(this.list({ namespace }).map(({ tool }) => tool.name));
  }

  /** Switches a tool on; nothing happens when it is. @throws TypeError when there is none of that name. */
  enable(name: string): void {
    const entry = this.#entry(name);
    if (entry.disabled === undefined) return;
    this.#set([[name, { ...entry, disabled: undefined }]]);
    this.#tell("tool.enabled", name);
  }

  /**
   * Switches a tool off, or changes the reason; nothing happens when it is off for the same reason.
   *
   * @throws TypeError when there is none of that name.
   */
  disable(name: string, reason?: string): void {
    const entry = this.#entry(name);
    if (entry.disabled !== undefined && entry.disabled.reason === reason) return;
    this.#set([[name, { ...entry, disabled: { reason } }]]);
    this.#tell("tool.disabled", name, reason);
  }

  /**
   * Binds tools again, such as after a change of policy. Default: every tool. All or none.
   *
   * @throws TypeError when there is no tool of a name; and whatever `bind` throws.
   */
  rebind(names: Iterable<string> = this.#entries.keys()): void {
    const bound = new Map<string, CatalogEntry<Bound>>();
    for (const name of names) {
      const entry = this.#entry(name);
      bound.set(name, { ...entry, bound: this.#parts.bind(entry.tool, entry.source) });
    }
    this.#set(bound);
  }

  /** The catalog as it is now. Never changes, and is the same map until the catalog changes. */
  snapshot(): CatalogSnapshot<Bound> {
    this.#isShared = true;
    return this.#entries;
  }

  /** A tool as it is now; undefined when there is none of that name. Cheaper than a snapshot between changes. */
  peek(name: string): CatalogEntry<Bound> | undefined {
    return this.#entries.get(name);
  }

  /** The tools that a filter lets through, in the order of registration. */
  list(filter: ToolFilter = {}): readonly CatalogEntry<Bound>[] {
    const fits = entryMatcher(filter);
    return [...this.#entries.values()].filter(fits);
  }

  /**
   * Up to 3 names that may have been meant by one that is not known, best first. Each name is thought
   * about once until the catalog changes, and none beyond the first 100: a model that makes names up
   * must not keep the event loop busy.
   */
  closest(name: string): readonly string[] {
    const said = this.#misspelt.get(name);
    if (said !== undefined) return said;
    if (this.#misspelt.size >= MAX_MISSPELT) return [];
    const closest = closestNames(name, this.#entries.keys());
    this.#misspelt.set(name, closest);
    return closest;
  }

  #prepare(given: Tool, options: CatalogRegisterOptions): CatalogEntry<Bound> {
    checkDefinition(given);
    const { namespace, source, replace = false, deferred = false, builtIn = false } = options;
    const tool = namespaced(given, namespace);
    const known = this.#entries.get(tool.name);
    const present = known?.builtIn === true ? undefined : known;
    if (present !== undefined && !replace) throw nameTaken(tool.name);
    const bound = this.#parts.bind(tool, source);
    return { tool, bound, namespace, source, deferred, builtIn, disabled: present?.disabled };
  }

  #entry(name: string): CatalogEntry<Bound> {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    throw new TypeError(
      `There is no tool "${name}".${suggestion(closestNames(name, this.#entries.keys()))}`,
    );
  }

  #set(entries: Iterable<readonly [string, CatalogEntry<Bound>]>): void {
    const writable = this.#writable();
    for (const [name, entry] of entries) writable.set(name, entry);
  }

  #delete(names: readonly string[]): readonly string[] {
    if (names.length === 0) return names;
    const writable = this.#writable();
    for (const name of names) writable.delete(name);
    for (const name of names) this.#tell("tool.removed", name);
    return names;
  }

  #writable(): Map<string, CatalogEntry<Bound>> {
    if (this.#isShared) this.#entries = new Map(this.#entries);
    this.#isShared = false;
    this.#misspelt.clear();
    return this.#entries;
  }

  #tell(type: RegistryEvent["type"], toolName: string, reason?: string): void {
    const event = { type, at: this.#parts.epoch(), toolName };
    this.#parts.emit(reason === undefined ? event : { ...event, reason });
  }
}

/** Tells whether an entry fits a filter. */
export function entryMatcher(filter: ToolFilter): (entry: CatalogEntry<unknown>) => boolean {
  const { namespace, source, tags = [], enabled, deferred } = filter;
  const isNamed = filter.names === undefined ? () => true : nameMatcher(filter.names);
  return ({ tool, namespace: own, source: from, disabled, deferred: isDeferred }) =>
    (namespace === undefined || isWithin(own, namespace)) &&
    (source === undefined || source === from) &&
    (enabled === undefined || enabled === (disabled === undefined)) &&
    (deferred === undefined || deferred === isDeferred) &&
    tags.every((tag) => tool.tags?.includes(tag)) &&
    isNamed(tool.name);
}

function givenTwice(name: string): TypeError {
  return new TypeError(`Two of the tools to register are called "${name}"; names must be unique.`);
}

function nameTaken(name: string): TypeError {
  return new TypeError(
    `A tool "${name}" is registered already. Choose another name or namespace, ` +
      "or pass `replace: true` to replace it.",
  );
}
