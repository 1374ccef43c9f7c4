import { setImmediate } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import type { SourceEvent } from "../core/source-event.ts";
import { ToolError } from "../core/tool-error.ts";
import { type Tool, defineTool } from "../core/tool.ts";
import type { SourceHost, ToolSource } from "../sources/tool-source.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { createRuntime } from "./create-runtime.ts";
import { SourceBook } from "./source-book.ts";

function toolNamed(name: string, description = "Does it.", label = "told"): Tool {
  const input = { type: "object", properties: { a: { type: "integer" } } } as const;
  const origin = { kind: "source", label, loader: "file:///told.js", spec: name } as const;
  return { ...defineTool({ name, description, input, execute: () => name }), origin };
}

/** A source that offers what it is told. */
class ToldSource implements ToolSource {
  readonly name: string;
  readonly #first: readonly Tool[];
  readonly #error: ToolError | undefined;
  host: SourceHost | undefined;
  closed = 0;

  constructor(name: string, first: readonly Tool[], error?: ToolError) {
    this.name = name;
    this.#first = first;
    this.#error = error;
  }

  async start(host: SourceHost): Promise<void> {
    this.host = host;
    host.offer(this.#first);
    if (this.#error !== undefined) throw this.#error;
  }

  stats(): ReturnType<ToolSource["stats"]> {
    const { name: source } = this;
    return { source, kind: "told", label: "told", state: "up", restarts: 0, connections: [] };
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

function setUp() {
  const clock = new VirtualClock();
  const runtime = createRuntime({ clock });
  const events: SourceEvent[] = [];
  const told: string[] = [];
  runtime.hub.on("*", (event) => {
    if (event.type.startsWith("source.")) events.push(event as SourceEvent);
    if ("toolName" in event) told.push(`${event.type} ${event.toolName}`);
  });
  const { catalog, hub } = runtime;
  const book = new SourceBook({ catalog, clock, emit: hub.emit });
  const add = (source: ToolSource, namespace?: string): Promise<readonly string[]> =>
    book.add(Promise.resolve([{ source, namespace }]), {});
  return { catalog, clock, events, told, book, add };
}

test("what a source offers is registered under its namespace, and known as its own", async () => {
  const { book, add, catalog } = setUp();
  const source = new ToldSource("pets", [toolNamed("list"), toolNamed("get")]);
  expect(await add(source, "shop")).toEqual(["shop.list", "shop.get"]);
  expect(catalog.list({ source: "pets" }).map(({ tool }) => tool.name)).toEqual([
    "shop.list",
    "shop.get",
  ]);
  expect(catalog.list({ source: "cats" })).toEqual([]);
  expect(book.stats()).toMatchObject([{ source: "pets", tools: 2, problems: [] }]);
});

test("a new list adds, replaces and removes, and leaves the others as they are", async () => {
  const { add, catalog, events, told } = setUp();
  const source = new ToldSource("pets", [toolNamed("a"), toolNamed("b"), toolNamed("c")]);
  await add(source);
  const kept = catalog.peek("a");
  told.length = 0;
  source.host?.offer([toolNamed("a"), toolNamed("b", "Does it better."), toolNamed("d")]);
  expect(catalog.list().map(({ tool }) => tool.name)).toEqual(["a", "b", "d"]);
  expect(catalog.peek("a")).toBe(kept);
  expect(told).toEqual(["tool.removed c", "tool.registered d", "tool.updated b"]);
  expect(events).toMatchObject([
    { type: "source.changed", source: "pets", added: ["d"], updated: ["b"], removed: ["c"] },
  ]);
});

test("the same list again is no change", async () => {
  const { add, events, told } = setUp();
  const source = new ToldSource("pets", [toolNamed("a")]);
  await add(source);
  told.length = 0;
  source.host?.offer([toolNamed("a")]);
  expect([...events, ...told]).toEqual([]);
});

test("a tool that cannot be registered is a problem, and the others live", async () => {
  const { book, add, catalog } = setUp();
  catalog.register([toolNamed("taken")]);
  const theirs = catalog.peek("taken");
  const broken = { ...toolNamed("broken"), input: { type: "nonsense" } } as unknown as Tool;
  const source = new ToldSource("pets", [toolNamed("taken"), broken, toolNamed("fine")]);
  expect(await add(source)).toEqual(["fine"]);
  expect(catalog.peek("taken")).toBe(theirs);
  const { problems = [] } = book.stats()[0] ?? {};
  expect(problems).toHaveLength(2);
  expect(problems[0]).toBe(
    '1 tool of source "pets" (told) is left out, for tools of these names were registered before: taken. ' +
      "Give one of the two another `namespace`, or pass `replace: true`.",
  );
  expect(problems[1]).toContain('Tool "broken", input schema');
});

test("two sources of one namespace collide in one line, whatever their number of tools", async () => {
  const { book, add, catalog } = setUp();
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const tools = (label: string, more: string): Tool[] =>
    [...names, more].map((name) => toolNamed(name, "Does it.", label));
  await add(new ToldSource("shop", tools("pets.json", "own")), "shop");
  expect(await add(new ToldSource("shop", tools("toys.json", "other")), "shop")).toEqual([
    "shop.other",
  ]);
  expect(book.stats()[1]?.problems).toEqual([
    '7 tools of source "shop" (toys.json) are left out, for source "shop" (pets.json) has tools of these names ' +
      'in the namespace "shop": shop.a, shop.b, shop.c, shop.d, shop.e, 2 more. ' +
      "Give one of the two another `namespace`, or pass `replace: true`.",
  ]);
  expect(catalog.list()).toHaveLength(9);
});

test("a tool of the registry itself gives way to a source's", async () => {
  const { book, add, catalog } = setUp();
  catalog.register([toolNamed("search_tools")], { builtIn: true });
  const broken = { ...toolNamed("broken"), input: { type: "nonsense" } } as unknown as Tool;
  expect(await add(new ToldSource("pets", [toolNamed("search_tools"), broken]))).toEqual([
    "search_tools",
  ]);
  expect(book.stats()[0]?.problems).toHaveLength(1);
});

test("a name offered twice counts once", async () => {
  const { book, add, catalog } = setUp();
  const source = new ToldSource("pets", [toolNamed("a", "First."), toolNamed("a", "Second.")]);
  await add(source);
  expect(catalog.peek("a")?.tool.description).toBe("First.");
  expect(book.stats()[0]?.problems).toEqual(['"a" is offered twice; the first counts.']);
});

function toolFrom(least: number, execute: () => unknown): Tool {
  const input = z.object({ a: z.int().min(least) });
  return defineTool({ name: "a", description: "A", input, execute });
}

test("a function of no origin is told from another, and so is a schema of a library", async () => {
  const { add, catalog, told } = setUp();
  const [one, two] = [(): number => 1, (): number => 2];
  const source = new ToldSource("pets", [toolFrom(1, one)]);
  await add(source);
  const execute = (): unknown => catalog.peek("a")?.tool.execute({} as never, {} as never);
  const schema = z.object({ a: z.bigint() });
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const again = { ...toolFrom(3, two), input: schema, annotations: circle as object };
  for (const offered of [toolFrom(1, two), toolFrom(5, two), again, again]) {
    source.host?.offer([offered]);
    expect(execute()).toBe(2);
  }
  expect(told.filter((each) => each === "tool.updated a")).toHaveLength(3);
});

test("what is no tool is a problem, and the others live", async () => {
  const { book, add } = setUp();
  const source = new ToldSource("pets", [null, { name: 5 }, toolNamed("fine")] as never);
  expect(await add(source)).toEqual(["fine"]);
  expect(book.stats()[0]?.problems).toEqual([
    "A tool must be an object, not null.",
    "Tool without a name: `name` must be a string that is not empty.",
  ]);
});

test("a tool that somebody has replaced is theirs from then on", async () => {
  const { book, add, catalog } = setUp();
  const source = new ToldSource("pets", [toolNamed("a"), toolNamed("b")]);
  await add(source);
  catalog.register([toolNamed("a", "Mine.")], { replace: true });
  source.host?.offer([toolNamed("b")]);
  expect(catalog.peek("a")?.tool.description).toBe("Mine.");
  await book.remove("pets");
  expect(catalog.list().map(({ tool }) => tool.name)).toEqual(["a"]);
});

test("a changed tool with a broken schema stays as it was", async () => {
  const { book, add, catalog, events } = setUp();
  const source = new ToldSource("pets", [toolNamed("a")]);
  await add(source);
  source.host?.offer([{ ...toolNamed("a", "Worse."), input: { type: "nonsense" } }]);
  expect(catalog.peek("a")?.tool.description).toBe("Does it.");
  expect(book.stats()[0]?.problems[0]).toContain('Tool "a", input schema');
  expect(events).toEqual([]);
});

describe("a source that", () => {
  test("cannot start is closed, and leaves no tool behind", async () => {
    const { book, add, catalog, events } = setUp();
    const error = new ToolError("SOURCE_UNAVAILABLE", "It is not there.");
    const source = new ToldSource("pets", [toolNamed("a")], error);
    await expect(add(source)).rejects.toBe(error);
    expect(source.closed).toBe(1);
    expect(catalog.list()).toEqual([]);
    expect(book.stats()).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["source.closed"]);
  });

  test("is removed is closed, and offers in vain", async () => {
    const { book, add, catalog } = setUp();
    const source = new ToldSource("pets", [toolNamed("a")]);
    await add(source);
    expect(await book.remove("pets")).toBe(true);
    expect(await book.remove("pets")).toBe(false);
    source.host?.offer([toolNamed("late")]);
    expect(source.closed).toBe(1);
    expect(catalog.list()).toEqual([]);
  });

  test("is still starting when the registry closes is closed once, and said to be too late", async () => {
    const { book, add, events } = setUp();
    const source = new ToldSource("pets", [toolNamed("a")]);
    const adding = add(source);
    await book.close();
    await expect(adding).rejects.toThrow("The registry is closed");
    expect(source.closed).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(["source.closed"]);
    await expect(add(source)).rejects.toThrow(TypeError);
  });
});

function endless(name: string): ToldSource {
  const source = new ToldSource(name, [toolNamed("early")]);
  source.start = async (host) => {
    host.offer([toolNamed("early")]);
    await new Promise(() => {});
  };
  return source;
}

describe("a source that never gets ready", () => {
  test("can be removed: its tools never come, and those that were added later do", async () => {
    const { book, add, catalog } = setUp();
    const adding = add(endless("pets"));
    const later = add(new ToldSource("cats", [toolNamed("purr")]));
    await Promise.resolve();
    await Promise.resolve();
    expect(await book.remove("pets")).toBe(true);
    await expect(adding).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      message: 'Source "pets" was removed before it had started.',
    });
    expect(await later).toEqual(["purr"]);
    expect(catalog.list().map(({ tool }) => tool.name)).toEqual(["purr"]);
  });

  test("is too late when the registry closes", async () => {
    const { book, add } = setUp();
    const adding = add(endless("pets"));
    await Promise.resolve();
    await Promise.resolve();
    await book.close();
    await expect(adding).rejects.toThrow("The registry is closed");
  });

  test("does not keep the others of its file from coming when it is removed", async () => {
    const { book } = setUp();
    const sources = [endless("pets"), new ToldSource("cats", [toolNamed("purr")])];
    const opening = sources.map((source) => ({ source, namespace: source.name }));
    const adding = book.add(Promise.resolve(opening), {});
    await Promise.resolve();
    await Promise.resolve();
    await book.remove("pets");
    expect(await adding).toEqual(["cats.purr"]);
    expect(book.stats().map(({ source }) => source)).toEqual(["cats"]);
  });
});

function stuck(close: () => Promise<void>): ToldSource {
  const source = new ToldSource("pets", [toolNamed("a")]);
  source.close = close;
  return source;
}

describe("a source that cannot be closed", () => {
  test("does not keep the others open, and a warning tells of it", async () => {
    const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
    onTestFinished(() => warnings.mockRestore());
    const { book, add, events } = setUp();
    const { promise, resolve: letClose } = Promise.withResolvers<void>();
    const slow = new ToldSource("slow", []);
    slow.close = () => promise;
    await add(stuck(async () => Promise.reject(new Error("No."))));
    await add(slow);
    let isClosed = false;
    const closing = book.close().then(() => (isClosed = true));
    await setImmediate();
    expect(isClosed).toBe(false);
    letClose();
    await closing;
    expect(events.map(({ source }) => source)).toEqual(["pets", "slow"]);
    expect(warnings.mock.calls.map(([text]) => text)).toEqual([
      'Source "pets": It could not be closed: No.',
    ]);
  });

  test("is waited for ten seconds, and no longer", async () => {
    const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
    onTestFinished(() => warnings.mockRestore());
    const { book, add, clock } = setUp();
    await add(stuck(() => new Promise(() => {})));
    let isClosed = false;
    void book.close().then(() => (isClosed = true));
    await clock.advance(9_999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    expect(isClosed).toBe(true);
    expect(warnings.mock.calls[0]?.[0]).toContain("it took more than 10 s");
  });

  test("and cannot start either fails with why it cannot start", async () => {
    const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
    onTestFinished(() => warnings.mockRestore());
    const error = new ToolError("SOURCE_UNAVAILABLE", "It is not there.");
    const source = new ToldSource("pets", [], error);
    source.close = async () => Promise.reject(new Error("No."));
    await expect(setUp().add(source)).rejects.toBe(error);
  });
});

test("a namespace that is none is a TypeError, and nothing was started", async () => {
  const { add, book } = setUp();
  const source = new ToldSource("pets", [toolNamed("a")]);
  await expect(add(source, "bad name")).rejects.toThrow('Namespace "bad name" is not valid');
  expect(source.host).toBeUndefined();
  expect(book.stats()).toEqual([]);
});

test("what a source says of itself is left as it is", async () => {
  const { add, book } = setUp();
  const source = new ToldSource("pets", [toolNamed("a")]);
  const said = Object.freeze(source.stats());
  source.stats = () => said;
  await add(source);
  expect(book.stats()).toMatchObject([{ source: "pets", tools: 1 }]);
});

test("sources that are added at once start at once, and are registered in the order they were added", async () => {
  const { book, add, catalog } = setUp();
  const slow = new ToldSource("slow", [toolNamed("slow")]);
  const { promise, resolve: letStart } = Promise.withResolvers<void>();
  const start = slow.start.bind(slow);
  slow.start = async (host) => {
    await promise;
    await start(host);
  };
  const quick = new ToldSource("quick", [toolNamed("quick")]);
  const adding = [add(slow), add(quick)];
  await Promise.resolve();
  await Promise.resolve();
  expect(quick.host).toBeDefined();
  expect(catalog.list()).toEqual([]);
  letStart();
  expect(await Promise.all(adding)).toEqual([["slow"], ["quick"]]);
  expect(catalog.list().map(({ tool }) => tool.name)).toEqual(["slow", "quick"]);
  expect(book.stats().map(({ source }) => source)).toEqual(["slow", "quick"]);
});

test("what tells a tool from its successor is not written before there is one, and once", async () => {
  const { add, told } = setUp();
  let written = 0;
  const costly = (): Tool => {
    const spec = { toJSON: () => (written += 1) && "spec" };
    return { ...toolNamed("a"), origin: { kind: "source", label: "l", loader: "file:///l", spec } };
  };
  const source = new ToldSource("pets", [costly()]);
  await add(source);
  expect(written).toBe(0);
  told.length = 0;
  source.host?.offer([costly()]);
  expect(written).toBe(2);
  source.host?.offer([costly()]);
  expect(written).toBe(3);
  expect(told).toEqual([]);
});

test("ten thousand tools of which one changes are not registered anew", async () => {
  const { add, told } = setUp();
  const many = Array.from({ length: 10_000 }, (_, number) => toolNamed(`t${number}`));
  const source = new ToldSource("pets", many);
  await add(source);
  told.length = 0;
  source.host?.offer(many.with(7, toolNamed("t7", "Changed.")));
  expect(told).toEqual(["tool.updated t7"]);
});
