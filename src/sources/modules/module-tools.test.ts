import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { memberFunction } from "../../core/module-member.ts";
import type { Tool, ToolContext } from "../../core/tool.ts";
import type { MethodDescriptions } from "../native/describe-methods.ts";
import type * as ModuleTools from "./module-tools.ts";

// By Node's own loader, as users have it: under a test runner's, import() fails in other words and
// forgets queries.
const load = createRequire(import.meta.url);
const { moduleTools } = load("./module-tools.ts") as typeof ModuleTools;

const FIXTURES = new URL("../../../test/fixtures/modules/", import.meta.url);
const directory = mkdtempSync(join(tmpdir(), "toolyard-modules-"));
afterAll(() => rmSync(directory, { recursive: true }));

const GREET: MethodDescriptions = {
  greet: { description: "Greets", input: { type: "object" }, parameters: ["name"] },
};

function fixture(name: string): URL {
  return new URL(name, FIXTURES);
}

/** Writes a module that is not fit to lie about in the tree. */
function write(name: string, code: string): string {
  const path = join(directory, name);
  writeFileSync(path, code);
  return path;
}

function namesOf(tools: readonly Tool[]): string[] {
  return tools.map((tool) => tool.name);
}

function find(tools: readonly Tool[], name: string): Tool {
  const found = tools.find((tool) => tool.name === name);
  if (found === undefined) throw new Error(`no tool ${name} among ${namesOf(tools).join()}`);
  return found;
}

function call(tool: Tool, input: unknown): unknown {
  return tool.execute(input as never, { toolName: tool.name } as ToolContext);
}

/** Calls a tool as a worker does, which has nothing but its origin. */
async function callByOrigin(tool: Tool, input: unknown): Promise<unknown> {
  const origin = structuredClone(tool.origin);
  if (origin?.kind !== "module") throw new Error(`${tool.name} is not portable`);
  const exports = (await import(origin.url)) as Record<string, unknown>;
  const execute = memberFunction(exports[origin.exportName], origin.member);
  return execute(input, { toolName: tool.name } as ToolContext);
}

async function refusal(location: string | URL, options = {}): Promise<TypeError> {
  const thrown: unknown = await moduleTools(location, options).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(TypeError);
  return thrown as TypeError;
}

describe("tools exported as values", () => {
  test("are taken once each, and nothing else is", async () => {
    const tools = await moduleTools(fixture("math-tools.ts"));
    expect(namesOf(tools).toSorted()).toEqual(["add", "is_prime"]);
    expect(call(find(tools, "add"), { a: 1, b: 2 })).toBe(3);
    expect(find(tools, "is_prime").origin).toEqual({
      kind: "module",
      url: fixture("math-tools.ts").href,
      exportName: "isPrime",
      member: { kind: "tool" },
    });
  });

  test("run by their origin as they run here", async () => {
    const tools = await moduleTools(fixture("math-tools.ts"));
    const input = { n: 91 };
    expect(await callByOrigin(find(tools, "is_prime"), input)).toBe(false);
    expect(call(find(tools, "is_prime"), input)).toBe(false);
  });

  test("have their own settings unless the source's are stronger", async () => {
    const own = await moduleTools(fixture("math-tools.ts"));
    expect([find(own, "add").mode, find(own, "is_prime").mode]).toEqual([undefined, "thread"]);
    expect(find(own, "add").annotations).toEqual({ readOnly: true });
    const options = { mode: "async", tags: ["maths"] } as const;
    const tools = await moduleTools(fixture("math-tools.ts"), options);
    expect(tools.map(({ mode, tags }) => [mode, tags])).toEqual([
      ["async", ["maths"]],
      ["async", ["maths"]],
    ]);
  });
});

describe("tools in a list or a record", () => {
  test("are taken once each, by themselves if they are exported by themselves", async () => {
    const tools = await moduleTools(fixture("collection.ts"));
    const places = tools.map(({ name, origin }) =>
      origin?.kind === "module" ? [name, origin.exportName, origin.member] : [name],
    );
    expect(places).toEqual([
      ["upper", "upper", { kind: "tool" }],
      ["reverse", "byUse", { kind: "tool-in-collection", toolName: "reverse" }],
      ["trim", "byUse", { kind: "tool-in-collection", toolName: "trim" }],
    ]);
  });

  test("run by their origin as they run here", async () => {
    const [upper, reverse] = await moduleTools(fixture("collection.ts"), { export: "textTools" });
    expect([upper?.name, reverse?.name]).toEqual(["upper", "reverse"]);
    expect(call(reverse as Tool, { text: "a b c" })).toBe("c b a");
    expect(await callByOrigin(reverse as Tool, { text: "a b c" })).toBe("c b a");
  });

  test("must all be tools, if it is a list", async () => {
    const tool = pathToFileURL(fileURLToPath(new URL("../../core/tool.ts", import.meta.url))).href;
    const path = write(
      "mixed.mjs",
      `import { defineTool } from "${tool}";
       const add = { name: "add", description: "Adds", input: {}, execute: () => 1 };
       export const tools = [defineTool(add), add];`,
    );
    expect((await refusal(path)).message).toBe(
      'Item 1 of the exported list "tools" is not made by defineTool.',
    );
  });
});

describe("a class that describes its methods", () => {
  test("gives own, inherited and static ones", async () => {
    const tools = await moduleTools(fixture("calculator.ts"));
    expect(namesOf(tools).toSorted()).toEqual(["add", "divide", "parse", "remember"]);
    expect(find(tools, "divide")).toMatchObject({
      annotations: { readOnly: true },
      origin: {
        url: fixture("calculator.ts").href,
        exportName: "Calculator",
        member: { kind: "method", method: "divide", on: "instance", parameters: ["a", "b"] },
      },
    });
    expect(find(tools, "parse")).toMatchObject({
      timeoutMs: 500,
      origin: { member: { method: "parse", on: "class", parameters: undefined } },
    });
  });

  test("has one instance for all of its tools", async () => {
    const [first, again] = [
      await moduleTools(fixture("calculator.ts")),
      await moduleTools(fixture("calculator.ts")),
    ];
    expect(call(find(first, "remember"), { n: 1 })).toEqual([1]);
    expect(call(find(again, "remember"), { n: 2 })).toEqual([1, 2]);
    expect(() => call(find(first, "divide"), { a: 1, b: 0 })).toThrow(RangeError);
  });

  test.each<[string, unknown, unknown]>([
    ["divide", { a: 6, b: 3 }, 2],
    ["parse", { text: "7" }, "parse of Calculator: 7"],
  ])("runs %s by its origin as it runs here", async (name, input, output) => {
    const tool = find(await moduleTools(fixture("calculator.ts")), name);
    expect(call(tool, input)).toBe(output);
    expect(await callByOrigin(tool, input)).toBe(output);
  });
});

describe("methods described by the caller", () => {
  test("are those of the only class, also when it is exported twice", async () => {
    const tools = await moduleTools(fixture("one-class.mjs"), { methods: GREET });
    expect(namesOf(tools)).toEqual(["greet"]);
    expect(await callByOrigin(find(tools, "greet"), { name: "Ada" })).toBe("Hello, Ada");
  });

  test.each([
    ["Greeter", "instance", "Hello, Ada"],
    ["french", "object", "Bonjour, Ada"],
  ])("are those of %s when it is named", async (name, on, output) => {
    const tools = await moduleTools(fixture("greeters.ts"), { methods: GREET, export: name });
    const greet = find(tools, "greet");
    expect(greet.origin).toMatchObject({ exportName: name, member: { on } });
    expect(call(greet, { name: "Ada" })).toBe(output);
    expect(await callByOrigin(greet, { name: "Ada" })).toBe(output);
  });

  test.each([
    ["greeters.ts", undefined, "are several: Greeter (a class without described methods), Parting"],
    ["greeters.ts", ["Greeter", "french"], "are several: Greeter (a class without"],
    ["counter.ts", undefined, "there is none"],
  ])("are refused when %s with export %j leaves open whose", async (name, named, message) => {
    const options = { methods: GREET, ...(named && { export: named }) };
    expect((await refusal(fixture(name), options)).message).toContain(message);
  });
});

describe("a module", () => {
  test("may be given by URL, by the URL's text, and by an absolute or relative path", async () => {
    const url = fixture("counter.ts");
    const path = fileURLToPath(url);
    for (const location of [url, url.href, path, relative(process.cwd(), path)]) {
      const [tool] = await moduleTools(location);
      expect(tool?.origin).toMatchObject({ url: url.href });
    }
  });

  test("is another instance under another query", async () => {
    const results = [];
    for (const query of ["", "?line=1", "?line=2", "?line=1"]) {
      const [tool] = await moduleTools(`${fixture("counter.ts").href}${query}`);
      results.push(call(tool as Tool, {}));
    }
    expect(results).toEqual([
      ["", 1],
      ["?line=1", 1],
      ["?line=2", 1],
      ["?line=1", 2],
    ]);
  });

  test.each([
    ["ts", "js"],
    ["mts", "mjs"],
  ])("that is named as .%s is the .%s beside it once it is compiled", async (source, output) => {
    const tool = new URL("../../core/tool.ts", import.meta.url).href;
    const code = (name: string): string =>
      `import { defineTool } from "${tool}";
       export const tool = defineTool(
         { name: "${name}", description: "Says where it is", input: {}, execute: () => import.meta.url });`;
    const compiled = pathToFileURL(write(`built one.${output}`, code("compiled"))).href;
    const named = pathToFileURL(join(directory, `built one.${source}`)).href;
    const [found] = await moduleTools(`${named}?line=1#top`);
    expect(found?.name).toBe("compiled");
    expect(found?.origin).toMatchObject({ url: `${compiled}?line=1#top` });
    expect(await callByOrigin(found as Tool, {})).toBe(`${compiled}?line=1#top`);

    write(`built one.${source}`, code("source"));
    const [kept] = await moduleTools(named);
    expect([kept?.name, kept?.origin]).toMatchObject(["source", { url: named }]);
  });

  test("is looked for under its own name when neither file is there", async () => {
    const { message } = await refusal(join(directory, "absent.ts"));
    expect(message).toContain(`The module ${join(directory, "absent.ts")} cannot be imported`);
  });

  test("may be CommonJS", async () => {
    const tools = await moduleTools(fixture("legacy.cjs"));
    expect(namesOf(tools)).toEqual(["shout"]);
    expect(await callByOrigin(find(tools, "shout"), { text: "hey" })).toBe("hey!");
  });

  test("may be looked through for some exports only", async () => {
    const url = fixture("math-tools.ts");
    expect(namesOf(await moduleTools(url, { export: "isPrime" }))).toEqual(["is_prime"]);
    expect(namesOf(await moduleTools(url, { export: ["isPrime", "default"] }))).toEqual([
      "is_prime",
      "add",
    ]);
  });

  test.each([
    ["subtract", 'has no export "subtract". Its exports: Matrix (a class without described'],
    ["toString", 'has no export "toString"'],
    ["version", 'The export "version" of '],
    ["version", "is a string. It must be made by defineTool"],
    ["square", "is a function. It must be made by defineTool"],
    ["Matrix", "Matrix describes no methods. Describe them in the option `methods`"],
  ])("that is asked for %s says what it has instead: %s", async (name, message) => {
    const options = { export: ["add", name], derive: false };
    const error = await refusal(fixture("math-tools.ts"), options);
    expect(error.message).toContain(message);
  });

  test("without tools says what it has instead", async () => {
    const { message } = await refusal(fixture("greeters.ts"));
    expect(message).toContain(
      `The module ${fileURLToPath(fixture("greeters.ts"))} exports no tools`,
    );
    expect(message).toContain("french (an object), whisper (a function), words (a list).");
    expect((await refusal(write("empty.mjs", ""))).message).toContain("Its exports: none.");
  });
});

describe("a module that cannot be imported", () => {
  test("because it is not there says where it was looked for", async () => {
    const { message } = await refusal("gone/tools.ts");
    const path = join(process.cwd(), "gone/tools.ts");
    expect(message).toContain(`The module ${path} cannot be imported: there is no such file.`);
    expect(message).toContain(`the current directory, ${process.cwd()}`);
    expect((await refusal(directory)).message).toContain("it is not a file");
  });

  test.each([
    [
      "package.mjs",
      'import "no-such-package";',
      "Cannot find package 'no-such-package'",
      "Install",
    ],
    ["import.mjs", 'import "./gone.mjs";', "gone.mjs' imported from", "mend the import."],
    ["syntax.mjs", "\nexport const = 1;", ": Unexpected token '='. ", "Mend the syntax"],
    ["types.ts", "export const a: number = ;", "(DIR/types.ts:1)", "Mend the syntax"],
    ["types.mts", "export const a: number = ;", "(DIR/types.mts:1)", "Mend the syntax"],
    ["enum.ts", "export enum Colour { Red }", "(DIR/enum.ts:1)", "without enums"],
    ["name.mjs", 'import { gone } from "node:fs";', "(DIR/name.mjs:1)", "Mend the import."],
    ["jsx.tsx", "export const a = 1;", 'Unknown file extension ".tsx"', "Use .ts, .mts"],
    [
      "throws.mjs",
      'throw new Error("No key.");',
      "it threw while it was loaded: No key. ",
      "Workers",
    ],
    ["json.mjs", 'JSON.parse("{");', "it threw while it was loaded: Expected property", "Workers"],
    ["text.mjs", 'throw "no key";', "it threw while it was loaded: no key. ", "Workers"],
  ])("because of what is in %s says so", async (name, code, reason, remedy) => {
    const path = write(name, code);
    const error = await refusal(path);
    expect(error.message).toContain(`The module ${path} cannot be imported: `);
    expect(error.message).toContain(reason.replace("DIR", directory));
    expect(error.message).toContain(remedy);
    expect(error.cause).toBeDefined();
  });
});
