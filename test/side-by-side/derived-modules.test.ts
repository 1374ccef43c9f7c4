/** Plain functions and classes as tools: what is derived of their types, and how they run in every mode. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConcreteMode, Tool } from "../../src/core/tool.ts";
import { ToolRegistry } from "../../src/runtime/tool-registry.ts";
import { moduleSchemas } from "../../src/sources/modules/derive-module.ts";
import { deriveInThread } from "../../src/sources/modules/derive-thread.ts";
import { type ModuleToolsOptions, moduleTools } from "../../src/sources/modules/module-tools.ts";
import { cacheFolder } from "../../src/sources/modules/schema-cache.ts";

const PLAIN = new URL("../fixtures/modules/plain/", import.meta.url);
const MODES: readonly ConcreteMode[] = ["async", "thread", "process"];

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "toolyard-derive-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Found {
  readonly tools: readonly Tool[];
  readonly problems: readonly string[];
}

/** What a module gives, and what is said of the rest. */
async function read(location: string | URL, options: ModuleToolsOptions = {}): Promise<Found> {
  const problems: string[] = [];
  const onProblem = (problem: string): void => void problems.push(problem);
  return { tools: await moduleTools(location, { onProblem, ...options }), problems };
}

/** A package of its own, with a `tsconfig.json` and somewhere to keep what is derived. */
async function makePackage(files: Readonly<Record<string, string>>): Promise<string> {
  count += 1;
  const root = join(folder, `package-${count}`);
  await mkdir(join(root, "node_modules"), { recursive: true });
  const tsconfig = { compilerOptions: { strict: true, module: "nodenext", types: [] } };
  const all = {
    "package.json": JSON.stringify({ type: "module" }),
    "tsconfig.json": JSON.stringify(tsconfig),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) await writeFile(join(root, name), text);
  return root;
}

function named(tools: readonly Tool[], name: string): Tool {
  const found = tools.find((tool) => tool.name === name);
  if (found === undefined)
    throw new Error(`no ${name} among ${tools.map((tool) => tool.name).join()}`);
  return found;
}

function object(properties: object, required: readonly string[] = Object.keys(properties)): object {
  return {
    type: "object",
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

const NUMBER = { type: "number" };
const TEXT = { type: "string" };

describe("functions", () => {
  test("have names, descriptions, settings and schemas from what is written", async () => {
    const { tools, problems } = await read(new URL("weather.ts", PLAIN));
    expect(tools.map(({ name }) => name).toSorted()).toEqual([
      "distanceBetween",
      "getWeather",
      "hello",
      "mixed",
      "nearby",
      "parse",
      "perhaps",
      "sum",
      "summary",
    ]);
    expect(problems).toEqual([
      "`undocumented` has no JSDoc comment and is left out. Describe it, or name its export with `export`.",
    ]);
    expect(named(tools, "getWeather")).toMatchObject({
      description: "Gets the weather of a city.\nReturns: A line of text.",
      annotations: { readOnly: true },
      tags: ["weather", "network"],
      timeoutMs: 5000,
      origin: {
        kind: "module",
        url: new URL("weather.ts", PLAIN).href,
        exportName: "getWeather",
        member: { kind: "function", parameters: ["city", "days", "scale"] },
      },
    });
    const days = {
      type: "integer",
      default: 1,
      minimum: 1,
      description: "How many days ahead",
    };
    const city = { type: "string", description: "The city, in English" };
    const scale = { type: "string", enum: ["C", "F"], description: "Of the temperature" };
    expect(named(tools, "getWeather").input).toEqual(object({ city, days, scale }, ["city"]));
  });

  test("may take objects, unions, tuples, records, rest, and what calls itself", async () => {
    const { tools } = await read(new URL("weather.ts", PLAIN));
    const latitude = { ...NUMBER, description: "Degrees north.", minimum: -90, maximum: 90 };
    const place = {
      ...object({ latitude, longitude: { ...NUMBER, description: "Degrees east." } }),
      description: "Where a place is.",
    };
    const kinds = {
      type: "array",
      items: { type: ["string", "null"], enum: ["town", "city", null] },
    };
    expect(named(tools, "nearby").input).toEqual(object({ place, kinds }));
    const numbers = { type: "array", items: NUMBER };
    expect(named(tools, "sum").input).toEqual(object({ start: NUMBER, numbers }, ["start"]));
    expect(named(tools, "perhaps").input).toEqual(object({ text: TEXT }, []));
    expect(named(tools, "hello").input).toEqual(object({}));
    expect(named(tools, "parse").input).toEqual(object({ text: TEXT, radix: NUMBER }, ["text"]));
    const pair = {
      type: "array",
      minItems: 1,
      maxItems: 2,
      prefixItems: [
        { ...TEXT, title: "name" },
        { ...NUMBER, title: "count" },
      ],
    };
    const choice = {
      anyOf: [
        object({ kind: { ...TEXT, const: "a" }, a: TEXT }),
        object({ kind: { ...TEXT, const: "b" }, b: { type: "boolean" } }),
      ],
    };
    const words = { type: "object", additionalProperties: NUMBER };
    expect(named(tools, "mixed").input).toEqual(object({ pair, words, choice, anything: {} }));
    const later = { type: "array", items: { $ref: "#/$defs/Forecast" } };
    const forecast = object({ text: { ...TEXT, description: "What to say." }, later }, ["text"]);
    expect(named(tools, "summary").input).toEqual({
      ...forecast,
      $defs: { Forecast: { ...forecast, description: "A forecast, and those that follow it." } },
    });
  });

  test("that take one object take the input as it is", async () => {
    const { tools } = await read(new URL("search.ts", PLAIN));
    expect(tools.map(({ name, input }) => [name, input])).toEqual([
      [
        "search",
        object(
          {
            query: { ...TEXT, description: "What to look for." },
            limit: { ...NUMBER, description: "Most results", default: 10 },
            since: { ...TEXT, format: "date-time" },
          },
          ["query"],
        ),
      ],
    ]);
  });

  test("without a comment are taken by name, and called by it in words", async () => {
    const { tools } = await read(new URL("weather.ts", PLAIN), {
      export: ["undocumented", "getWeather"],
    });
    expect(tools.map(({ name, description }) => [name, description])).toEqual([
      ["getWeather", "Gets the weather of a city.\nReturns: A line of text."],
      ["undocumented", "Undocumented"],
    ]);
  });

  test("beside tools made by defineTool are taken only when asked for", async () => {
    const url = new URL("../math-tools.ts", PLAIN);
    expect((await read(url)).tools.map(({ name }) => name)).not.toContain("square");
    const asked = await read(url, { export: ["isPrime", "square"] });
    expect(asked.tools.map(({ name }) => name)).toEqual(["is_prime", "square"]);
    const derived = await read(url, { derive: true });
    expect(derived.problems).toEqual([expect.stringContaining("`square` has no JSDoc comment")]);
  });

  test("in JavaScript have the types of their JSDoc comments", async () => {
    const { tools, problems } = await read(new URL("documented.mjs", PLAIN));
    const name = { ...TEXT, description: "What to call them" };
    const age = { ...NUMBER, description: "In years" };
    expect(named(tools, "greet").input).toEqual(
      object(
        {
          person: object({ name, age }, ["name"]),
          word: {
            ...TEXT,
            enum: ["hello", "goodbye"],
            default: "hello",
            description: "What to say",
          },
          title: { type: ["string", "null"], description: "Before the name" },
        },
        ["person"],
      ),
    );
    const text = { ...TEXT, description: "Where to count" };
    const most = { ...NUMBER, default: 100, description: "Where to stop" };
    expect(named(tools, "countWords").input).toEqual(object({ text, most }, ["text"]));
    expect(problems).toEqual([
      expect.stringContaining("`untyped` cannot be a tool: parameter `text`: it has no type."),
    ]);
  });

  test("may have types that only TypeScript itself can work out", async () => {
    const { tools } = await read(new URL("inferred.ts", PLAIN));
    expect(named(tools, "greet").input).toEqual(object({ name: TEXT, age: NUMBER }, ["name"]));
    const triple = { type: "array", items: { type: "boolean" }, minItems: 3, maxItems: 3 };
    const part = object({ x: TEXT }, []);
    expect(named(tools, "decide").input).toEqual(
      object({ text: object({ text: TEXT }), number: object({ value: NUMBER }), triple, part }),
    );
  });

  test("that no JSON can be given to are left out, with the reason and the remedy, and the others live on", async () => {
    const { tools, problems } = await read(new URL("refused.ts", PLAIN));
    expect(tools.map(({ name }) => name)).toEqual(["fine"]);
    const expected = {
      first: "it is generic.",
      when: "parameter `day`: `Date` is not JSON. Take a string",
      count: "parameter `words`: `Map` is not JSON. Take a Record.",
      each: "parameter `visit`: a function is not JSON.",
      pipe: "parameter `stream`: `ReadableStream` is not JSON.",
      size: "parameter `bytes`: `Uint8Array` is not JSON. Take a base64 string.",
      closeAccount: "parameter `account`: `Account` has methods",
      steps: "it is a generator, and a tool gives one output. Return a list.",
      big: "parameter `number`: a bigint or a symbol is not JSON.",
      hasty: "`@timeoutMs soon` is no number of milliseconds",
      "the default export": "it has no name.",
      "Locked.open": "the constructor of `Locked` needs arguments, or is not public.",
      "Box.put": "`Box` is generic.",
    };
    for (const [name, reason] of Object.entries(expected)) {
      const problem = problems.find((text) => text.startsWith(`\`${name}\` cannot be a tool: `));
      expect(problem).toContain(reason);
    }
    expect(problems).toHaveLength(Object.keys(expected).length);
    await expect(read(new URL("refused.ts", PLAIN), { export: "when" })).rejects.toThrow(
      /The export "when" of .* gives no tools\. `when` cannot be a tool: parameter `day`: `Date`/u,
    );
  });
});

describe("classes", () => {
  test("give their documented public methods, inherited and static ones too", async () => {
    const { tools, problems } = await read(new URL("shapes.ts", PLAIN));
    const members = tools.map(({ name, origin }) => [
      name,
      origin?.kind === "module" && origin.member.kind === "method" && origin.member.on,
    ]);
    expect(members).toEqual([
      ["area", "instance"],
      ["Circle.describe", "instance"],
      ["square_area", "instance"],
      ["remember", "instance"],
      ["Square.describe", "instance"],
      ["parse", "class"],
    ]);
    expect(named(tools, "square_area").annotations).toEqual({ idempotent: true });
    expect(problems).toEqual([
      expect.stringContaining("the constructor of `Scaled` needs arguments"),
      expect.stringContaining("`Square.helper` has no JSDoc comment"),
    ]);
  });

  test("that need arguments are reached through an instance that is named", async () => {
    await using registry = new ToolRegistry();
    const options = { export: "twice", namespace: "twice" };
    expect(await registry.registerModule(new URL("shapes.ts", PLAIN), options)).toEqual([
      "twice.scale",
    ]);
    for (const mode of MODES)
      expect(await registry.call("twice.scale", { value: 4 }, { mode })).toBe(8);
  });
});

describe.each(MODES)("in mode %s", (mode) => {
  test("arguments come in order, defaults are filled in, and the context is at hand", async () => {
    await using registry = new ToolRegistry();
    await registry.registerModule(new URL("weather.ts", PLAIN), { onProblem: () => {} });
    await registry.registerModule(new URL("shapes.ts", PLAIN), {
      namespace: "shapes",
      onProblem: () => {},
    });
    await registry.registerModule(new URL("search.ts", PLAIN));
    const here = { latitude: 1, longitude: 2 };
    const expected: readonly (readonly [name: string, input: object, output: unknown])[] = [
      ["getWeather", { scale: "F", city: "Oslo" }, "Oslo in 1 days, in F"],
      ["getWeather", { city: "Oslo", days: "3" }, "Oslo in 3 days, in C"],
      ["nearby", { place: here, kinds: ["town"] }, "nearby false 1/2 town"],
      ["sum", { numbers: [2, 3], start: 1 }, 6],
      ["sum", { start: 1 }, 1],
      ["summary", { text: "sun", later: [{ text: "rain" }] }, "sun / rain"],
      ["parse", { text: "ff", radix: 16 }, 255],
      ["hello", {}, "hello"],
      ["perhaps", {}, "nothing"],
      ["search", { query: "cats" }, "cats: 10"],
      ["shapes.square_area", { side: 3 }, 9],
      ["shapes.area", { radius: 1 }, 3],
      ["shapes.parse", { text: "7" }, 7],
      ["shapes.remember", { side: 3 }, [3]],
      ["shapes.Circle.describe", {}, "Circle of 1 sides"],
    ];
    const calls = expected.map(([name, input], place) => ({ id: `call_${place}`, name, input }));
    const results = await registry.executeToolCalls(calls, { mode });
    expect(
      results.map((result) => (result.status === "ok" ? result.output : result.error)),
    ).toEqual(expected.map(([, , output]) => output));
    expect(results.map(({ timing }) => timing.mode)).toEqual(results.map(() => mode));
  });

  test("an input that does not fit is refused with the path", async () => {
    await using registry = new ToolRegistry();
    await registry.registerModule(new URL("weather.ts", PLAIN), { onProblem: () => {} });
    const wrong: readonly (readonly [name: string, input: object, path: string])[] = [
      ["getWeather", { city: "Oslo", days: 0 }, "/days must be >= 1"],
      ["getWeather", { days: 1 }, "city"],
      ["getWeather", { city: "Oslo", country: "Norway" }, "country"],
      [
        "nearby",
        { place: { latitude: 91, longitude: 0 }, kinds: [] },
        "/place/latitude must be <= 90",
      ],
      ["summary", { text: "sun", later: [{ text: {} }] }, "/later/0/text"],
    ];
    const calls = wrong.map(([name, input], place) => ({ id: `call_${place}`, name, input }));
    const results = await registry.executeToolCalls(calls, { mode });
    for (const [place, result] of results.entries()) {
      if (result.status === "ok") throw new Error(`${result.toolName} took what it should not`);
      expect(result.error.code).toBe("INPUT_INVALID");
      expect(result.error.message).toContain(wrong[place]?.[2]);
    }
  });
});

test("what is derived runs in a process of its own by default", async () => {
  await using registry = new ToolRegistry();
  await registry.registerModule(new URL("search.ts", PLAIN));
  const [result] = await registry.executeToolCalls([
    { id: "1", name: "search", input: { query: "a" } },
  ]);
  expect(result).toMatchObject({ status: "ok", timing: { mode: "process" } });
});

const GREET = "/** Greets. */\nexport const greet = (name: string): string => `Hello, ${name}`;\n";

describe("what was derived is kept", () => {
  test("until the module, what it imports or the config changes", async () => {
    const root = await makePackage({
      "tools.ts":
        'import type { Name } from "./name.ts";\n/** Greets. */\nexport const greet = (name: Name): string => `Hello, ${name}`;\n',
      "name.ts": "export type Name = string;\n",
    });
    const path = join(root, "tools.ts");
    const input = async (query: string): Promise<unknown> => {
      const { tools } = await read(`${pathToFileURL(path).href}?${query}`);
      return (named(tools, "greet").input as { properties: { name: unknown } }).properties.name;
    };
    expect(await input("1")).toEqual(TEXT);
    const [entry = ""] = await readdir(await cacheFolder(path));
    const kept = join(root, "node_modules/.cache/toolyard", entry);
    const marked = (await readFile(kept, "utf8")).replace('"type":"string"', '"type":"null"');
    await writeFile(kept, marked);
    expect(await input("2")).toEqual({ type: "null" });

    await writeFile(join(root, "name.ts"), "export type Name = 'Ada';\n");
    expect(await input("3")).toEqual({ ...TEXT, const: "Ada" });

    await writeFile(kept, "{");
    expect(await input("4")).toEqual({ ...TEXT, const: "Ada" });
    expect(await readdir(join(root, "node_modules/.cache/toolyard"))).toEqual([entry]);
  });

  test("but not while a type is missing, which a new file may bring", async () => {
    const root = await makePackage({
      "tools.ts": `import type { Gone } from "./gone.ts";\n/** Takes it. */\nexport const take = (gone: Gone) => gone;\n${GREET}`,
    });
    const location = pathToFileURL(join(root, "tools.ts")).href;
    const before = await read(`${location}?1`);
    expect(before.problems).toEqual([expect.stringContaining("`Gone` cannot be found")]);

    await writeFile(join(root, "gone.ts"), "export type Gone = string;\n");
    const after = await read(`${location}?2`);
    expect(after.problems).toEqual([]);
    expect(after.tools.map(({ name }) => name)).toEqual(["greet", "take"]);
  });

  test("by many at once without harm", async () => {
    const root = await makePackage({ "tools.ts": GREET });
    const path = join(root, "tools.ts");
    const found = await Promise.all(Array.from({ length: 3 }, () => read(path)));
    expect(found.map(({ tools }) => tools[0]?.name)).toEqual(["greet", "greet", "greet"]);
    expect(await readdir(await cacheFolder(path))).toHaveLength(1);
  });

  test("and is read again without TypeScript being loaded", async () => {
    const root = await makePackage({ "tools.ts": GREET });
    await read(join(root, "tools.ts"));
    const source = new URL("../../src/sources/modules/derive-module.ts", import.meta.url).href;
    const script = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
      const { deriveModule } = await import(${JSON.stringify(source)});
      const { tools } = await deriveModule(${JSON.stringify(pathToFileURL(join(root, "tools.ts")).href)});
      const heavy = loaded.filter((url) => url.includes("/typescript/") || url.includes("ts-json-schema"));
      console.log(JSON.stringify([tools.length, heavy]));`;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
    expect(JSON.parse(stdout)).toEqual([1, []]);
  });
});

describe("a file of schemas", () => {
  test("beside a compiled module gives it the types that it lost", async () => {
    const root = await makePackage({
      "tools.js":
        "/** Greets. */\nexport function greet(name, times) { return `Hello, ${name}`.repeat(times); }\n",
    });
    const problem = "parameter `name`: it has no type. Write `@param {number} name`";
    await expect(read(join(root, "tools.js"))).rejects.toThrow(problem);

    const source = await makePackage({
      "tools.ts":
        "/** Greets. */\nexport function greet(name: string, times = 1): string { return `Hello, ${name}`.repeat(times); }\n",
    });
    const { text } = await moduleSchemas(join(source, "tools.ts"), join(root, "tools.schema.json"));
    await writeFile(join(root, "tools.schema.json"), text);
    const { tools } = await read(join(root, "tools.ts"));
    expect(tools.map(({ input }) => input)).toEqual([
      object({ name: TEXT, times: { ...NUMBER, default: 1 } }, ["name"]),
    ]);
    await writeFile(join(source, "tools.ts"), GREET);
    await expect(read(join(root, "tools.ts"))).rejects.toThrow(/older than .*tools\.js\. Run: /u);
    await rm(join(source, "tools.ts"));
    expect((await read(join(root, "tools.ts"))).tools).toHaveLength(1);
  });

  test("that is older than its module is refused with the command to run", async () => {
    const root = await makePackage({ "tools.ts": GREET });
    const path = join(root, "greetings.json");
    const { text } = await moduleSchemas(join(root, "tools.ts"), path);
    await writeFile(path, text);
    const options = { schemas: pathToFileURL(path) };
    expect((await read(join(root, "tools.ts"), options)).tools).toHaveLength(1);
    await writeFile(join(root, "tools.ts"), GREET.replaceAll("\n", "\r\n"));
    expect((await read(join(root, "tools.ts"), options)).tools).toHaveLength(1);
    await writeFile(join(root, "tools.ts"), `${GREET}// More.\n`);
    await expect(read(join(root, "tools.ts"), options)).rejects.toThrow(
      /greetings\.json are older than .*tools\.ts\. Run: toolyard schema --from .*tools\.ts --out .*greetings\.json$/u,
    );
  });

  test("must be there and be one, if it is named", async () => {
    const root = await makePackage({ "tools.ts": GREET, "tools.schema.json": "{}" });
    const path = join(root, "tools.ts");
    await expect(read(path, { schemas: join(root, "gone.json") })).rejects.toThrow(
      "There are no schemas in ",
    );
    await expect(read(path, { schemas: join(root, "tools.schema.json") })).rejects.toThrow(
      "is no file of schemas. Run: toolyard schema --from",
    );
    expect((await read(path)).tools).toHaveLength(1);
  });
});

describe("modules that ask for much", () => {
  test("five hundred functions are derived, and those too large are named", async () => {
    const functions = Array.from(
      { length: 500 },
      (_, place) =>
        `/** Number ${place}. */\nexport function f${place}(node: Tree, a = ${place}) { return [node, a]; }`,
    );
    const words = Array.from({ length: 9000 }, (_, place) => `"word-number-${place}"`).join("|");
    const wide = Array.from({ length: 400 }, (_, place) => `p${place}: Wide<${place}>`).join(";\n");
    const root = await makePackage({
      "tools.ts": `
        interface Tree { left?: Tree; right?: Tree; leaf: Leaf }
        interface Leaf { tree?: Tree; value: string | number | Leaf[] }
        type Words = ${words};
        type Deep<N extends number, T extends unknown[] = []> = T["length"] extends N ? T : Deep<N, [...T, N]>;
        type Wide<N extends number> = { [K in \`k\${N}\${0|1|2|3|4|5|6|7|8|9}\${0|1|2|3|4|5|6|7|8|9}\`]: { [J in K]: string } };
        type Endless<T> = { value: T; next?: Endless<T[]> };
        type Doubled<T> = { a: T; b: T };
        type Many = Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<Doubled<string>>>>>>>>>>>>>>>>>>>>;
        ${functions.join("\n")}
        /** Words. */
        export function words(word: Words): string { return word; }
        /** Deep. */
        export function deep(list: Deep<5000>): unknown { return list; }
        /** Wide. */
        export function wide(all: { ${wide} }): unknown { return all; }
        /** Endless. */
        export function endless(list: Endless<string>): unknown { return list; }
        /** Doubled. */
        export function doubled(many: Many): unknown { return many; }
        /** Lost. */
        export function lost(what: import("./nowhere.ts").What, where: Nowhere): unknown { return what ?? where; }
        /** Vague. */
        export function vague(what): unknown { return what; }
      `,
    });
    const { tools, problems } = await deriveInThread(join(root, "tools.ts"));
    expect(tools.filter(({ name }) => /^f\d+$/u.test(name))).toHaveLength(500);
    for (const name of ["words", "deep", "wide", "endless", "lost", "vague"]) {
      const problem = problems.find(({ exportName }) => exportName === name);
      expect(problem?.message).toContain(`\`${name}\` cannot be a tool: `);
    }
    for (const tool of tools) expect(JSON.stringify(tool).length).toBeLessThan(110_000);
  }, 60_000);
});

test("without the generator the error says what to install", async () => {
  const root = await makePackage({ "tools.ts": GREET });
  await cp(fileURLToPath(new URL("../../src", import.meta.url)), join(root, "src"), {
    recursive: true,
  });
  await writeFile(join(root, "package.json"), JSON.stringify({ type: "module", version: "0.0.0" }));
  const script = `
    import { moduleTools } from "./src/sources/modules/module-tools.ts";
    await moduleTools("./tools.ts").catch((error) => console.log(error.name, error.message));`;
  const options = { cwd: root };
  const args = ["--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  expect(stdout).toMatch(
    /^TypeError Deriving tools from types needs the package "ts-json-schema-generator", .*\. Run: npm install --save-dev ts-json-schema-generator, or write /u,
  );
});
