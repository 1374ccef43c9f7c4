import { describe, expect, test, vi } from "vitest";
import type { RegistryEvent } from "../core/call-event.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import { ToolCatalog } from "./tool-catalog.ts";

function makeTool(name: string, more: Partial<Tool> = {}): Tool {
  const input = { type: "object" };
  return defineTool({ name, description: `Does ${name}`, input, execute: () => name, ...more });
}

/** A catalog whose binding says which tool was bound for the how-manieth time. */
function makeCatalog() {
  const events: RegistryEvent[] = [];
  let bindings = 0;
  const catalog = new ToolCatalog<string>({
    bind: (tool) => {
      if (tool.description === "unbindable") throw new TypeError("The schema cannot be compiled.");
      bindings += 1;
      return `${tool.name}#${bindings}`;
    },
    emit: (event) => events.push(event),
    epoch: () => 1_000,
  });
  const names = (): string[] => [...catalog.snapshot().keys()];
  const told = (): string[] => events.splice(0).map(({ type, toolName }) => `${type} ${toolName}`);
  return { catalog, events, names, told };
}

/** Lists a catalog that holds four tools. */
function filled() {
  const { catalog } = makeCatalog();
  catalog.register([makeTool("add", { tags: ["cheap", "pure"] })], { namespace: "math" });
  catalog.register([makeTool("prove", { tags: ["pure"] })], { namespace: "math.hard" });
  catalog.register([makeTool("math.fake"), makeTool("a+b?[x]")]);
  catalog.disable("math.fake");
  return (filter?: Parameters<typeof catalog.list>[0]) =>
    catalog.list(filter).map(({ tool }) => tool.name);
}

describe("registering", () => {
  test("binds each tool once and says so", () => {
    const { catalog, events } = makeCatalog();
    const add = makeTool("add");
    expect(catalog.register([add, makeTool("subtract")])).toEqual(["add", "subtract"]);
    expect(catalog.snapshot().get("add")).toEqual({
      tool: add,
      bound: "add#1",
      namespace: undefined,
      source: undefined,
      deferred: false,
      builtIn: false,
      disabled: undefined,
    });
    expect(events).toEqual([
      { type: "tool.registered", at: 1_000, toolName: "add" },
      { type: "tool.registered", at: 1_000, toolName: "subtract" },
    ]);
  });

  test("with a namespace puts it before the name, in the tool too", () => {
    const { catalog } = makeCatalog();
    expect(catalog.register([makeTool("add")], { namespace: "maths.simple" })).toEqual([
      "maths.simple.add",
    ]);
    const entry = catalog.snapshot().get("maths.simple.add");
    expect(entry?.tool.name).toBe("maths.simple.add");
    expect(entry).toMatchObject({ namespace: "maths.simple", bound: "maths.simple.add#1" });
  });

  test("takes a dot in a tool's own name for no namespace", () => {
    const { catalog } = makeCatalog();
    catalog.register([makeTool("spotify.play")]);
    expect(catalog.snapshot().get("spotify.play")?.namespace).toBeUndefined();
  });

  test("refuses a bad namespace", () => {
    const { catalog } = makeCatalog();
    expect(() => catalog.register([makeTool("add")], { namespace: "my tools" })).toThrow(
      'Namespace "my tools" is not valid',
    );
  });

  const present = makeTool("present");
  test.each<[string, readonly unknown[], string]>([
    ["a name that is taken", [makeTool("a"), present], 'A tool "present" is registered already'],
    ["a name given twice", [makeTool("a"), makeTool("a")], 'are called "a"'],
    ["a tool that is malformed", [makeTool("a"), { name: "b" }], 'Tool "b": `description`'],
    ["nothing for a tool", [makeTool("a"), undefined], "A tool must be an object"],
    [
      "a tool that cannot be bound",
      [makeTool("a"), makeTool("b", { description: "unbindable" })],
      "The schema cannot be compiled",
    ],
  ])("registers none of the tools when there is %s", (_, tools, message) => {
    const { catalog, names, told } = makeCatalog();
    catalog.register([present]);
    told();
    expect(() => catalog.register(tools as Tool[])).toThrow(TypeError);
    expect(() => catalog.register(tools as Tool[])).toThrow(message);
    expect(names()).toEqual(["present"]);
    expect(told()).toEqual([]);
  });

  test("says how to replace a tool whose name is taken", () => {
    const { catalog } = makeCatalog();
    catalog.register([present]);
    expect(() => catalog.register([present])).toThrow("`replace: true`");
  });

  test("says of tools whether the model is told of them only when it searches", () => {
    const { catalog } = makeCatalog();
    catalog.register([makeTool("a")]);
    catalog.register([makeTool("b")], { deferred: true });
    const names = (deferred: boolean): string[] =>
      catalog.list({ deferred }).map(({ tool }) => tool.name);
    expect([names(true), names(false)]).toEqual([["b"], ["a"]]);
  });

  test("lets any tool take the place of one of the registry's own, and owes nothing to it", () => {
    const { catalog } = makeCatalog();
    catalog.register([makeTool("search_tools")], { builtIn: true });
    catalog.disable("search_tools");
    const own = makeTool("search_tools", { description: "Mine" });
    catalog.register([own]);
    expect(catalog.peek("search_tools")).toMatchObject({ tool: own, builtIn: false });
    expect(catalog.peek("search_tools")?.disabled).toBeUndefined();
    expect(() => catalog.register([own])).toThrow("is registered already");
  });

  test("replaces in place when asked, and what was switched off stays off", () => {
    const { catalog, names, told } = makeCatalog();
    catalog.register([makeTool("a"), makeTool("b")]);
    catalog.disable("a", "broken");
    told();
    const better = makeTool("a", { description: "better" });
    catalog.register([makeTool("c"), better], { replace: true });
    expect(names()).toEqual(["a", "b", "c"]);
    expect(catalog.snapshot().get("a")).toMatchObject({
      tool: better,
      bound: "a#4",
      disabled: { reason: "broken" },
    });
    expect(told()).toEqual(["tool.registered c", "tool.updated a"]);
  });

  test("tells of a change after it was made, so a listener may change the catalog again", () => {
    const seen: string[][] = [];
    const catalog: ToolCatalog<null> = new ToolCatalog<null>({
      bind: () => null,
      emit: ({ type, toolName }) => {
        seen.push([...catalog.snapshot().keys()]);
        if (type === "tool.registered" && toolName === "a") catalog.unregister("b");
      },
      epoch: () => 0,
    });
    catalog.register([makeTool("a"), makeTool("b")]);
    expect(seen).toEqual([["a", "b"], ["a"], ["a"]]);
  });
});

describe("removing", () => {
  test("says whether there was such a tool, and tells of it once", () => {
    const { catalog, names, told } = makeCatalog();
    catalog.register([makeTool("a"), makeTool("b")]);
    told();
    expect([catalog.unregister("a"), catalog.unregister("a")]).toEqual([true, false]);
    expect(names()).toEqual(["b"]);
    expect(told()).toEqual(["tool.removed a"]);
  });

  test("a namespace takes those within it along, and nothing that only begins alike", () => {
    const { catalog, names, told } = makeCatalog();
    catalog.register([makeTool("x")], { namespace: "git" });
    catalog.register([makeTool("x")], { namespace: "git.issues" });
    catalog.register([makeTool("x")], { namespace: "github" });
    catalog.register([makeTool("git.x2")]);
    told();
    expect(catalog.unregisterNamespace("git")).toEqual(["git.x", "git.issues.x"]);
    expect(names()).toEqual(["github.x", "git.x2"]);
    expect(told()).toEqual(["tool.removed git.x", "tool.removed git.issues.x"]);
    expect(catalog.unregisterNamespace("git")).toEqual([]);
  });
});

describe("switching on and off", () => {
  test("keeps the reason, and tells only of changes", () => {
    const { catalog, events } = makeCatalog();
    catalog.register([makeTool("a")]);
    events.length = 0;
    catalog.enable("a");
    catalog.disable("a");
    catalog.disable("a");
    catalog.disable("a", "quota used up");
    catalog.disable("a", "quota used up");
    expect(catalog.snapshot().get("a")?.disabled).toEqual({ reason: "quota used up" });
    catalog.enable("a");
    catalog.enable("a");
    expect(catalog.snapshot().get("a")?.disabled).toBeUndefined();
    expect(events).toEqual([
      { type: "tool.disabled", at: 1_000, toolName: "a" },
      { type: "tool.disabled", at: 1_000, toolName: "a", reason: "quota used up" },
      { type: "tool.enabled", at: 1_000, toolName: "a" },
    ]);
  });

  test("does not bind again", () => {
    const { catalog } = makeCatalog();
    catalog.register([makeTool("a")]);
    catalog.disable("a");
    catalog.enable("a");
    expect(catalog.snapshot().get("a")?.bound).toBe("a#1");
  });

  test("of a tool that is not there names those that may be meant", () => {
    const { catalog } = makeCatalog();
    catalog.register([makeTool("add")], { namespace: "math" });
    const message = 'There is no tool "mth.add". Did you mean "math.add"?';
    expect(() => catalog.disable("mth.add")).toThrow(new TypeError(message));
    expect(() => catalog.enable("mth.add")).toThrow(new TypeError(message));
    expect(() => catalog.rebind(["mth.add"])).toThrow(new TypeError(message));
    expect(catalog.closest("mth.add")).toEqual(["math.add"]);
  });
});

describe("the closest names", () => {
  test("are those of the catalog as it is", () => {
    const { catalog } = makeCatalog();
    catalog.register([makeTool("add_a")]);
    expect(catalog.closest("add_x")).toEqual(["add_a"]);
    catalog.register([makeTool("add_b")]);
    expect(catalog.closest("add_x")).toEqual(["add_a", "add_b"]);
    catalog.unregister("add_a");
    expect(catalog.closest("add_x")).toEqual(["add_b"]);
  });

  test("are looked for once for each name, and for a hundred names until the catalog changes", () => {
    const { catalog } = makeCatalog();
    catalog.register([makeTool("add_a")]);
    const first = catalog.closest("add_x");
    for (let count = 1; count < 100; count += 1) catalog.closest(`made up ${count}`);
    expect(catalog.closest("add_y")).toEqual([]);
    expect(catalog.closest("add_x")).toBe(first);
    expect(() => catalog.enable("add_y")).toThrow('Did you mean "add_a"?');
    catalog.disable("add_a");
    expect(catalog.closest("add_y")).toEqual(["add_a"]);
  });
});

describe("binding again", () => {
  test("binds every tool, or those that are named, and keeps the rest of them", () => {
    const { catalog, names, told } = makeCatalog();
    catalog.register([makeTool("a"), makeTool("b")]);
    catalog.disable("b", "broken");
    told();
    catalog.rebind(["b"]);
    catalog.rebind();
    const bound = [...catalog.snapshot().values()].map((entry) => entry.bound);
    expect(bound).toEqual(["a#4", "b#5"]);
    expect(names()).toEqual(["a", "b"]);
    expect(catalog.snapshot().get("b")?.disabled).toEqual({ reason: "broken" });
    expect(told()).toEqual([]);
  });

  test("changes nothing when one cannot be bound", () => {
    let isBroken = false;
    const bind = (tool: Tool): string => {
      if (isBroken && tool.name === "b") throw new TypeError("no");
      return isBroken ? "again" : "first";
    };
    const catalog = new ToolCatalog({ bind, emit: () => {}, epoch: () => 0 });
    catalog.register([makeTool("a"), makeTool("b")]);
    isBroken = true;
    expect(() => catalog.rebind()).toThrow("no");
    expect([...catalog.snapshot().values()].map(({ bound }) => bound)).toEqual(["first", "first"]);
  });
});

describe("a snapshot", () => {
  test("is the same until something changes, and never changes itself", () => {
    const { catalog } = makeCatalog();
    catalog.register([makeTool("a")]);
    const before = catalog.snapshot();
    const entry = before.get("a");
    catalog.enable("a");
    catalog.unregister("nobody");
    expect(catalog.snapshot()).toBe(before);
    catalog.disable("a");
    catalog.register([makeTool("b")]);
    expect(catalog.snapshot()).not.toBe(before);
    expect([...before]).toEqual([["a", entry]]);
  });

  test("costs the changes after it one copy, not one each", () => {
    const { catalog } = makeCatalog();
    const tools = Array.from({ length: 300 }, (_, index) => makeTool(`tool-${index}`));
    catalog.register(tools.slice(0, 100));
    catalog.snapshot();
    // `new Map(other)` fills itself through `set`.
    const set = vi.spyOn(Map.prototype, "set");
    for (const tool of tools.slice(100)) catalog.register([tool]);
    const writes = set.mock.calls.length;
    set.mockRestore();
    expect(writes).toBeGreaterThanOrEqual(100 + 200);
    expect(writes).toBeLessThanOrEqual(100 + 200 * 2);
  });
});

describe("listing", () => {
  test.each([
    [undefined, ["math.add", "math.hard.prove", "math.fake", "a+b?[x]"]],
    [{ namespace: "math" }, ["math.add", "math.hard.prove"]],
    [{ namespace: "math.hard" }, ["math.hard.prove"]],
    [{ tags: [] }, ["math.add", "math.hard.prove", "math.fake", "a+b?[x]"]],
    [{ tags: ["pure"] }, ["math.add", "math.hard.prove"]],
    [{ tags: ["pure", "cheap"] }, ["math.add"]],
    [{ enabled: true }, ["math.add", "math.hard.prove", "a+b?[x]"]],
    [{ enabled: false }, ["math.fake"]],
    [{ names: [] }, []],
    [{ names: ["math.fake", "math.add", "nobody"] }, ["math.add", "math.fake"]],
    [{ names: ["math.*"] }, ["math.add", "math.hard.prove", "math.fake"]],
    [{ names: ["*a*dd", "nobody"] }, ["math.add"]],
    [{ names: ["a+b?[x]"] }, ["a+b?[x]"]],
    [{ names: ["a+*[x]"] }, ["a+b?[x]"]],
    [{ names: ["aab*"] }, []],
    [{ namespace: "math", enabled: true, tags: ["pure"], names: ["*.prove"] }, ["math.hard.prove"]],
  ])("by %j gives %j", (filter, expected) => {
    expect(filled()(filter)).toEqual(expected);
  });
});
