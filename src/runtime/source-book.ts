/** The sources of a registry: started, heard, told of, and let go. */
import type { EventSink } from "../core/call-event.ts";
import type { SourceEvent } from "../core/source-event.ts";
import type { SourceStats } from "../core/source-stats.ts";
import { thrownText } from "../core/thrown-text.ts";
import { ToolError } from "../core/tool-error.ts";
import type { Tool } from "../core/tool.ts";
import { checkNamespace } from "../registry/namespace.ts";
import type { ToolCatalog } from "../registry/tool-catalog.ts";
import type { SourceHost, ToolSource } from "../sources/tool-source.ts";
import type { Clock } from "../time/clock.ts";
import type { BoundTool } from "./bound-tool.ts";
import { SourceTools, type SourceToolsOptions } from "./source-tools.ts";

/** What the book needs of its registry. */
export interface SourceBookParts {
  readonly catalog: ToolCatalog<BoundTool>;
  readonly clock: Clock;
  readonly emit: EventSink<SourceEvent>;
}

/** How sources are added. */
export type AddSourceOptions = Omit<SourceToolsOptions, "source">;

/** A source that was not started yet, and the namespace its tools get. */
export interface OpenedSource {
  readonly source: ToolSource;
  readonly namespace: string | undefined;
}

interface Offer {
  readonly tools: readonly Tool[];
  readonly problems: readonly string[];
}

interface KnownSource {
  readonly source: ToolSource;
  readonly tools: SourceTools;
  problems: readonly string[];
  /** What it offers before its turn to be registered has come. */
  first: Offer | undefined;
  isRegistered: boolean;
  /** Resolved when it is let go: nobody waits any longer for it to start. */
  readonly letGo: PromiseWithResolvers<void>;
}

/** Longest that a source may take to close. Milliseconds. */
const MAX_CLOSE_MS = 10_000;

/** Sources that live as long as their registry, or until they are removed. */
export class SourceBook {
  readonly #parts: SourceBookParts;
  readonly #known = new Set<KnownSource>();
  /** Resolves when what was added before is registered. */
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(parts: SourceBookParts) {
    this.#parts = parts;
  }

  /**
   * Starts sources, all at once, and registers what they offer, in the order in which they were added. Returns the full
   * names of their tools.
   *
   * @throws what a source throws that cannot start (all of them are closed then), ToolError `SOURCE_UNAVAILABLE` when
   *   they are removed before they have started, and TypeError when the registry is closed or a namespace is not valid.
   */
  add(
    opening: Promise<readonly OpenedSource[]>,
    options: AddSourceOptions,
  ): Promise<readonly string[]> {
    const adding = this.#add(opening, options, this.#turn);
    this.#turn = adding.catch(() => {});
    return adding;
  }

  /** Closes the sources of this name and removes their tools. False when there is none. */
  async remove(name: string): Promise<boolean> {
    const named = [...this.#known].filter(({ source }) => source.name === name);
    await Promise.all(named.map((known) => this.#remove(known)));
    return named.length > 0;
  }

  /** A snapshot of each. */
  stats(): readonly SourceStats[] {
    return [...this.#known].map(({ source, tools, problems }) =>
      Object.assign({}, source.stats(), { tools: tools.names.length, problems }),
    );
  }

  /** Closes every source; their tools stay known, and can no longer be called. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const open = [...this.#known];
    this.#known.clear();
    await Promise.all(open.map((known) => this.#close(known)));
  }

  async #add(
    opening: Promise<readonly OpenedSource[]>,
    options: AddSourceOptions,
    turn: Promise<unknown>,
  ): Promise<readonly string[]> {
    const opened = await opening;
    for (const { namespace } of opened) if (namespace !== undefined) checkNamespace(namespace);
    const added = opened.map((each) => this.#know(each, options));
    const starting = added.map((known) => this.#start(known));
    try {
      await Promise.all(starting);
      await turn;
      this.#checkOpen();
      this.#checkAnyLeft(added);
    } catch (thrown) {
      await Promise.allSettled(starting);
      await Promise.all(added.map((known) => this.#remove(known)));
      throw thrown;
    }
    for (const known of added) if (this.#known.has(known)) this.#registerFirst(known);
    return added.flatMap(({ tools }) => tools.names);
  }

  #know({ source, namespace }: OpenedSource, options: AddSourceOptions): KnownSource {
    const settings = { ...options, namespace, source: source.name };
    const tools = new SourceTools(this.#parts.catalog, settings);
    const letGo = Promise.withResolvers<void>();
    const known = { source, tools, problems: [], first: undefined, isRegistered: false, letGo };
    this.#known.add(known);
    return known;
  }

  async #start(known: KnownSource): Promise<void> {
    this.#checkOpen();
    const { clock, emit } = this.#parts;
    const offer: SourceHost["offer"] = (tools, problems = []) =>
      this.#takeOffer(known, { tools, problems });
    await Promise.race([known.source.start({ clock, emit, offer }), known.letGo.promise]);
  }

  #takeOffer(known: KnownSource, offer: Offer): void {
    if (!this.#known.has(known)) return;
    if (known.isRegistered) this.#register(known, offer);
    else known.first = offer;
  }

  #registerFirst(known: KnownSource): void {
    const { first } = known;
    known.isRegistered = true;
    known.first = undefined;
    const refused = first === undefined ? [] : known.tools.offer(first.tools).problems;
    known.problems = [...(first?.problems ?? []), ...refused];
    warnOf(known.source, refused);
  }

  #register(known: KnownSource, { tools, problems }: Offer): void {
    const { added, updated, removed, problems: refused } = known.tools.offer(tools);
    known.problems = [...problems, ...refused];
    if (added.length + updated.length + removed.length === 0) return;
    const { clock, emit } = this.#parts;
    const what = { added, updated, removed, problems: known.problems };
    emit({ type: "source.changed", at: clock.epoch(), source: known.source.name, ...what });
  }

  async #remove(known: KnownSource): Promise<void> {
    if (!this.#known.delete(known)) return;
    known.tools.clear();
    await this.#close(known);
  }

  /** One that cannot be closed is no reason to keep the others, nor to wait for ever. */
  async #close({ source, letGo }: KnownSource): Promise<void> {
    letGo.resolve();
    const { clock, emit } = this.#parts;
    const late = Promise.withResolvers<never>();
    const message = `it took more than ${MAX_CLOSE_MS / 1_000} s`;
    const cancelTimer = clock.setTimer(MAX_CLOSE_MS, () => late.reject(new Error(message)));
    try {
      await Promise.race([source.close(), late.promise]);
    } catch (thrown) {
      warn(source, `It could not be closed: ${thrownText(thrown)}`);
    } finally {
      cancelTimer();
    }
    emit({ type: "source.closed", at: clock.epoch(), source: source.name });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new TypeError("The registry is closed and takes no more sources.");
  }

  #checkAnyLeft(added: readonly KnownSource[]): void {
    const [first] = added;
    if (first === undefined || added.some((known) => this.#known.has(known))) return;
    const message = `Source "${first.source.name}" was removed before it had started.`;
    throw new ToolError("SOURCE_UNAVAILABLE", message, { retryable: false });
  }
}

/** Problems told in a warning; the others are in the stats. */
const MAX_TOLD = 3;

/** What must not go unnoticed though it is no error: a server that is not there, tools that could not be registered. */
function warnOf(source: ToolSource, problems: readonly string[]): void {
  const { state, lastError = "no connection" } = source.stats();
  const told = problems.slice(0, MAX_TOLD);
  const rest = problems.length - told.length;
  if (rest > 0) told.push(`${rest} more in stats().sources.`);
  if (state === "down") told.unshift(`It cannot be called, and is tried again: ${lastError}`);
  if (told.length === 0) return;
  warn(source, told.join(" "));
}

function warn(source: ToolSource, message: string): void {
  process.emitWarning(`Source "${source.name}": ${message}`, { type: "ToolyardWarning" });
}
