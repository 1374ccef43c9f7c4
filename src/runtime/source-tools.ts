/** Keeps what one source offers registered, and nothing else. */
import { isStandardSchema } from "../core/standard-schema.ts";
import { type Tool, checkDefinition } from "../core/tool.ts";
import { thrownText } from "../core/thrown-text.ts";
import type { ToolCatalog } from "../registry/tool-catalog.ts";
import type { BoundTool } from "./bound-tool.ts";
import { type TakenName, takenProblems } from "./taken-names.ts";

/** How a source's tools are registered. */
export interface SourceToolsOptions {
  /** The source's name. */
  readonly source: string;
  readonly namespace?: string | undefined;
  /** Whether they replace tools of the same name, but never each other. Default false. */
  readonly replace?: boolean | undefined;
  /** Whether the model is told of them only when it searches. Default false. */
  readonly deferred?: boolean | undefined;
}

/** What an offer changed. Full names. */
export interface OfferOutcome {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
  /** Tools that were left out, and why. */
  readonly problems: readonly string[];
}

/** A tool of the source that is registered. */
interface Registered {
  readonly fullName: string;
  /** What was offered: tools that stay as they are keep what has been counted of them. */
  readonly offered: OfferedTool;
  /** As the catalog has it: whoever replaced it meanwhile has made it theirs. */
  readonly tool: Tool | undefined;
}

/** The tools of one source in the catalog. */
export class SourceTools {
  readonly #catalog: ToolCatalog<BoundTool>;
  readonly #options: SourceToolsOptions;
  #registered = new Map<string, Registered>();

  constructor(catalog: ToolCatalog<BoundTool>, options: SourceToolsOptions) {
    this.#catalog = catalog;
    this.#options = options;
  }

  /** Full names of those that are registered and still the source's, in the order of the last offer. */
  get names(): readonly string[] {
    return [...this.#registered.values()]
      .filter((known) => this.#isOurs(known))
      .map(({ fullName }) => fullName);
  }

  /** Registers what is new, replaces what has changed, removes what is gone. Never throws. */
  offer(tools: readonly Tool[]): OfferOutcome {
    const problems: string[] = [];
    const offered = this.#byName(tools, problems);
    const removed = [...this.#registered]
      .filter(([name]) => !offered.has(name))
      .flatMap(([, known]) => (this.#remove(known) ? [known.fullName] : []));
    const changed = [...offered].filter(
      ([name, tool]) => this.#registered.get(name)?.offered.isSame(tool) !== true,
    );
    const updates = new Set(changed.filter(([name]) => this.#isKnown(name)).map(([name]) => name));
    const refused = this.#register(
      changed.map(([, { tool }]) => tool),
      updates,
      problems,
    );
    this.#registered = this.#after(offered, refused);
    const done = changed.map(([name]) => name).filter((name) => !refused.has(name));
    return {
      added: done.filter((name) => !updates.has(name)).map((name) => this.#fullName(name)),
      updated: done.filter((name) => updates.has(name)).map((name) => this.#fullName(name)),
      removed,
      problems,
    };
  }

  /** Removes every tool that is still the source's. */
  clear(): void {
    this.offer([]);
  }

  #byName(tools: readonly Tool[], problems: string[]): Map<string, OfferedTool> {
    const offered = new Map<string, OfferedTool>();
    for (const tool of tools) {
      const problem = problemOf(tool, offered);
      if (problem !== undefined) problems.push(problem);
      else offered.set(tool.name, new OfferedTool(tool));
    }
    return offered;
  }

  /** All at once, which is quick, or one by one when one of them is refused. Returns the names of those refused. */
  #register(
    tools: readonly Tool[],
    updates: ReadonlySet<string>,
    problems: string[],
  ): ReadonlySet<string> {
    const fresh = tools.filter((tool) => !updates.has(tool.name));
    const known = tools.filter((tool) => updates.has(tool.name));
    return new Set([
      ...this.#registerList(fresh, this.#options.replace ?? false, problems),
      ...this.#registerList(known, true, problems),
    ]);
  }

  #registerList(tools: readonly Tool[], replace: boolean, problems: string[]): readonly string[] {
    const options = { ...this.#options, replace };
    try {
      this.#catalog.register(tools, options);
      return [];
    } catch {
      const taken = replace ? [] : this.#taken(tools);
      problems.push(...takenProblems(this.#options.source, taken));
      const refused = new Set(taken.map(({ tool }) => tool.name));
      for (const tool of tools.filter(({ name }) => !refused.has(name))) {
        try {
          this.#catalog.register([tool], options);
        } catch (thrown) {
          problems.push(thrownText(thrown));
          refused.add(tool.name);
        }
      }
      return [...refused];
    }
  }

  /** Those whose names others have; a tool of the registry itself gives way. */
  #taken(tools: readonly Tool[]): readonly TakenName[] {
    return tools.flatMap((tool) => {
      const owner = this.#catalog.peek(this.#fullName(tool.name));
      return owner === undefined || owner.builtIn ? [] : [{ tool, owner }];
    });
  }

  /** A tool that could not be replaced stays as it was. */
  #after(
    offered: ReadonlyMap<string, OfferedTool>,
    refused: ReadonlySet<string>,
  ): Map<string, Registered> {
    const after = new Map<string, Registered>();
    for (const [name, tool] of offered) {
      const before = this.#registered.get(name);
      if (before !== undefined && (refused.has(name) || before.offered.isSame(tool))) {
        after.set(name, before);
      } else if (!refused.has(name)) {
        const fullName = this.#fullName(name);
        after.set(name, { fullName, offered: tool, tool: this.#catalog.peek(fullName)?.tool });
      }
    }
    return after;
  }

  #remove(known: Registered): boolean {
    return this.#isOurs(known) && this.#catalog.unregister(known.fullName);
  }

  /** Whether it is ours to replace. */
  #isKnown(name: string): boolean {
    const known = this.#registered.get(name);
    return known !== undefined && this.#isOurs(known);
  }

  #isOurs({ fullName, tool }: Registered): boolean {
    return tool !== undefined && this.#catalog.peek(fullName)?.tool === tool;
  }

  #fullName(name: string): string {
    const { namespace } = this.#options;
    return namespace === undefined ? name : `${namespace}.${name}`;
  }
}

/**
 * A tool as it was offered, and what tells it from its successor: a text that is made when there is one, for it can be
 * long, and most sources offer once.
 */
class OfferedTool {
  readonly tool: Tool;
  #print: string | undefined;

  constructor(tool: Tool) {
    this.tool = tool;
  }

  isSame(other: OfferedTool): boolean {
    return this.tool === other.tool || this.print === other.print;
  }

  /** The same text for the same tool. */
  get print(): string {
    return (this.#print ??= printOf(this.tool));
  }
}

/** Why a tool cannot even be compared with others; undefined when it can. */
function problemOf(tool: Tool, offered: ReadonlyMap<string, unknown>): string | undefined {
  try {
    checkDefinition(tool);
  } catch (thrown) {
    return thrownText(thrown);
  }
  return offered.has(tool.name) ? `"${tool.name}" is offered twice; the first counts.` : undefined;
}

/**
 * What tells one tool from another of the same name. The function does where nothing else says where it comes from:
 * a source that connects anew makes new functions of the same origins.
 */
function printOf(tool: Tool): string {
  const hasOrigin = tool.origin !== undefined && tool.origin.kind !== "closure";
  const compared = hasOrigin ? { ...tool, execute: undefined } : tool;
  try {
    return JSON.stringify(compared, printed);
  } catch {
    // A circle, or a value that refuses to be read: it is the same tool as long as it is the same object.
    return identityOf(tool);
  }
}

/** Functions and schemas of a library say nothing as JSON, and a few values are no JSON. */
function printed(_key: string, value: unknown): unknown {
  if (value === Infinity) return "Infinity";
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "function" || isStandardSchema(value) ? identityOf(value) : value;
}

const identities = new WeakMap<object, string>();
let identitiesGiven = 0;

/** The same text for the same object, and another for any other. */
function identityOf(value: object): string {
  const known = identities.get(value);
  if (known !== undefined) return known;
  const given = `#${(identitiesGiven += 1)}`;
  identities.set(value, given);
  return given;
}
