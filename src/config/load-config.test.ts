import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "jsonc-parser";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { CONFIG_EXAMPLE, CONFIG_NAMES, findConfig } from "./find-config.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import { loadConfig } from "./load-config.ts";

const folder = mkdtempSync(join(tmpdir(), "toolyard-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ["math-tools.ts", "calculator.ts", "my-tools.ts"]) write(name, "");

const SCHEMA = JSON.parse(
  readFileSync(new URL("../../schema/toolyard.schema.json", import.meta.url), "utf8"),
) as { examples: unknown[] };
const acceptedByEditors = new Ajv2020({ allowUnionTypes: true }).compile(SCHEMA);

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A folder of its own with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const made = mkdtempSync(join(folder, "case-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
  return made;
}

function load(text: string, environment: Readonly<Record<string, string>> = {}) {
  write("toolyard.json", text);
  return loadConfig("toolyard.json", folder, environment);
}

async function mistakeOf(loading: Promise<LoadedConfig>): Promise<ConfigError> {
  const thrown: unknown = await loading.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof ConfigError) return thrown;
  throw new Error("The config was accepted.", { cause: thrown });
}

const DOCUMENTED = `// The config of the docs.
{
  "$schema": "./node_modules/toolyard/schema/toolyard.schema.json",
  "mode": "auto",
  "timeoutMs": 30000,
  "limits": { "*": { "concurrency": 64 }, "slow_tool": { "concurrency": 2, "queue": { "max": 100 } } },
  "pools": {
    "thread": { "max": 4 }, /* cores */
    "process": { "max": 4, "maxMemoryBytes": 268435456 },
  },
  "tools": [
    "./math-tools.ts",
    { "module": "./calculator.ts", "namespace": "calc", "export": "Calculator", "mode": "process" },
  ],
  "disabled": { "calc.divide": "not today" },
}
`;

describe("a sound config", () => {
  test("is read with its comments and trailing commas, and its modules found beside it", async () => {
    expect(acceptedByEditors(parse(DOCUMENTED))).toBe(true);
    expect(await load(DOCUMENTED)).toEqual({
      file: join(folder, "toolyard.json"),
      options: {
        mode: "auto",
        timeoutMs: 30_000,
        limits: { "*": { concurrency: 64 }, slow_tool: { concurrency: 2, queue: { max: 100 } } },
        pools: { thread: { max: 4 }, process: { max: 4, maxMemoryBytes: 268_435_456 } },
      },
      tools: [
        {
          url: pathToFileURL(join(folder, "math-tools.ts")).href,
          options: {},
          place: { file: "toolyard.json", line: 12, column: 5, path: "tools[0]" },
        },
        {
          url: pathToFileURL(join(folder, "calculator.ts")).href,
          options: { namespace: "calc", export: "Calculator", mode: "process" },
          place: { file: "toolyard.json", line: 13, column: 5, path: "tools[1]" },
        },
      ],
      sources: [],
      disabled: [
        {
          name: "calc.divide",
          reason: "not today",
          place: { file: "toolyard.json", line: 15, column: 17, path: 'disabled["calc.divide"]' },
        },
      ],
    });
  });

  test.each(SCHEMA.examples)("may be the schema's own example", async (example) => {
    expect(acceptedByEditors(example)).toBe(true);
    const { options } = await load(JSON.stringify(example), { TOOL_PROCESSES: "2" });
    expect(options.pools?.process?.max).toBe(2);
  });

  test("may be the example that is shown to those who have none", async () => {
    expect(acceptedByEditors(parse(CONFIG_EXAMPLE))).toBe(true);
    const { options, tools } = await load(CONFIG_EXAMPLE);
    expect(options).toEqual({ limits: { "*": { concurrency: 16 } } });
    expect(tools).toHaveLength(1);
  });

  test("may be empty, and may begin with a byte order mark", async () => {
    expect(await load("\uFEFF{}")).toMatchObject({ options: {}, tools: [], disabled: [] });
  });

  test("takes lists of rates, and templates of keys, as they are", async () => {
    const limits = {
      "github.*": {
        rate: [
          { limit: 60, per: "minute" },
          { limit: 5_000, per: "day" },
        ],
      },
      edit_file: { key: "file:{path}" },
      tenant: { weight: { pro: 4 } },
    };
    const { options } = await load(JSON.stringify({ limits }));
    expect(options.limits).toEqual(limits);
  });

  test("writes no limit as text, for JSON has no Infinity", async () => {
    const { options, tools } = await load(`{
      "timeoutMs": "Infinity",
      "limits": { "*": { "concurrency": "Infinity", "queue": { "max": "Infinity" } } },
      "tools": [{ "module": "./math-tools.ts", "timeoutMs": "Infinity", "tags": ["Infinity"] }]
    }`);
    expect(options).toEqual({
      timeoutMs: Infinity,
      limits: { "*": { concurrency: Infinity, queue: { max: Infinity } } },
    });
    expect(tools[0]?.options).toEqual({ timeoutMs: Infinity, tags: ["Infinity"] });
  });

  test("takes a variable from workers with null", async () => {
    const { options } = await load(
      '{ "pools": { "process": { "env": { "A": "1", "HOME": null } } } }',
    );
    expect(options.pools?.process).toStrictEqual({ env: { A: "1", HOME: undefined } });
  });

  test("names modules by absolute path and by file URL too, with its query", async () => {
    const path = join(folder, "math-tools.ts");
    const url = `${pathToFileURL(path).href}?second`;
    const { tools } = await load(JSON.stringify({ tools: [path, url] }));
    expect(tools.map((tool) => tool.url)).toEqual([pathToFileURL(path).href, url]);
  });

  test("finds modules beside it, wherever the current directory is", async () => {
    const path = write("elsewhere.json", '{ "tools": ["math-tools.ts"] }');
    const { tools } = await loadConfig(path, tmpdir());
    expect(tools[0]?.url).toBe(pathToFileURL(join(folder, "math-tools.ts")).href);
  });
});

describe("environment variables", () => {
  test("are filled in wherever text is, and numbers where numbers belong", async () => {
    const config = `{
      "mode": "\${MODE:-thread}",
      "timeoutMs": "\${TIMEOUT}",
      "limits": { "*": { "concurrency": "\${MOST:-Infinity}" } },
      "pools": { "process": { "env": { "KEY": "\${KEY}", "PORT": "\${PORT}" } } },
      "tools": ["\${WHERE}/math-tools.ts", { "module": "./calculator.ts", "namespace": "\${NAME:-calc}" }]
    }`;
    const { options, tools } = await load(config, {
      TIMEOUT: "1e3",
      KEY: "s3cret",
      PORT: "8080",
      WHERE: ".",
    });
    expect(options).toEqual({
      mode: "thread",
      timeoutMs: 1_000,
      limits: { "*": { concurrency: Infinity } },
      pools: { process: { env: { KEY: "s3cret", PORT: "8080" } } },
    });
    expect(tools[1]?.options.namespace).toBe("calc");
    expect(acceptedByEditors(JSON.parse(config))).toBe(true);
  });

  test("never show their value in a message", async () => {
    const error = await mistakeOf(
      load(
        '{ "mode": "${SECRET}", "timeoutMs": "${SECRET}", "tools": ["https://a:${SECRET}@b/c.ts"] }',
        {
          SECRET: "s3cret",
        },
      ),
    );
    expect(error.message).not.toContain("s3cret");
    expect(error.message.split("\n")).toEqual([
      'toolyard.json:1:11  mode: is filled in from "${SECRET}". That must give "auto", "async", "thread" or "process".',
      'toolyard.json:1:37  timeoutMs: is filled in from "${SECRET}". That must give a number above 0 or "Infinity".',
      "toolyard.json:1:60  tools[0]: is no path and no file URL. Write a path, such as ./tools.ts.",
    ]);
  });
});

/** What is in the file, and the message. */
type BadConfig = readonly [text: string, message: string];

/** Mistakes that an editor shows too. */
const SEEN_BY_EDITORS: readonly BadConfig[] = [
  ["[]", "toolyard.json:1:1  The config is an empty list. Write an object."],
  ["7 // seven", "toolyard.json:1:1  The config is 7. Write an object."],
  ['{\n  "timeout": 5\n}', 'toolyard.json:2:3  timeout: is unknown. Did you mean "timeoutMs"?'],
  [
    '{ "verbose": true }',
    "toolyard.json:1:3  verbose: is unknown. Known: mode, timeoutMs, limits, results, pools, tools, openapi, mcpServers, disabled.",
  ],
  [
    '{ "__proto__": { "mode": "thread" } }',
    "toolyard.json:1:3  __proto__: is unknown. Known: mode, timeoutMs, limits, results, pools, tools, openapi, mcpServers, disabled.",
  ],
  [
    '{\r\n  "mode":\r\n    "treads"\r\n}',
    'toolyard.json:3:5  mode: is "treads". Write "auto", "async", "thread" or "process". Did you mean "thread"?',
  ],
  [
    '{ "mode": null }',
    'toolyard.json:1:11  mode: is null. Write "auto", "async", "thread" or "process".',
  ],
  [
    '{ "timeoutMs": 0 }',
    'toolyard.json:1:16  timeoutMs: is 0. Write a number above 0 or "Infinity".',
  ],
  [
    '{ "timeoutMs": "30s" }',
    'toolyard.json:1:16  timeoutMs: is "30s". Write a number above 0 or "Infinity".',
  ],
  [
    '{ "timeoutMs": "30000" }',
    'toolyard.json:1:16  timeoutMs: is "30000". Write a number above 0 or "Infinity".',
  ],
  ['{ "limits": [] }', "toolyard.json:1:13  limits: is an empty list. Write an object."],
  ['{ "limits": { "add": 5 } }', "toolyard.json:1:22  limits.add: is 5. Write an object."],
  [
    '{ "limits": { "*": { "concurency": 5 } } }',
    'toolyard.json:1:22  limits["*"].concurency: is unknown. Did you mean "concurrency"?',
  ],
  [
    '{ "limits": { "a/b~c": { "concurrency": 1.5 } } }',
    'toolyard.json:1:41  limits["a/b~c"].concurrency: is 1.5. Write an integer from 1 or "Infinity".',
  ],
  [
    '{ "limits": { "*": { "queue": { "max": -1 } } } }',
    'toolyard.json:1:40  limits["*"].queue.max: is -1. Write an integer from 0 or "Infinity".',
  ],
  [
    '{ "limits": { "tag:": {} } }',
    'toolyard.json:1:15  limits["tag:"]: is not known here. Write "*", a tool\'s full name, a pattern such as "github.*", "source:NAMESPACE", "tag:TAG", or "tenant" for each tenant by itself.',
  ],
  [
    '{ "limits": { "a": { "rate": [{ "limit": 5, "per": "week" }] } } }',
    'toolyard.json:1:52  limits.a.rate[0].per: is "week". Write "second", "minute", "hour" or "day".',
  ],
  [
    '{ "limits": { "a": { "adaptive": { "backoff": 1 } } } }',
    "toolyard.json:1:47  limits.a.adaptive.backoff: is 1. Write a number above 0 and below 1.",
  ],
  [
    '{ "pools": { "threads": {} } }',
    'toolyard.json:1:14  pools.threads: is unknown. Did you mean "thread"?',
  ],
  [
    '{ "pools": { "thread": { "max": "Infinity" } } }',
    'toolyard.json:1:33  pools.thread.max: is "Infinity". Write an integer from 1.',
  ],
  [
    '{ "pools": { "process": { "maxMemoryBytes": 256 } } }',
    "toolyard.json:1:45  pools.process.maxMemoryBytes: is 256. Write a number from 16777216.",
  ],
  [
    '{ "pools": { "process": { "env": { "PORT": 80 } } } }',
    "toolyard.json:1:44  pools.process.env.PORT: is 80. Write text or null.",
  ],
  [
    '{ "pools": { "process": { "execArgv": "--flag" } } }',
    'toolyard.json:1:39  pools.process.execArgv: is "--flag". Write a list.',
  ],
  [
    '{ "tools": "./math-tools.ts" }',
    'toolyard.json:1:12  tools: is "./math-tools.ts". Write a list.',
  ],
  [
    '{ "tools": [""] }',
    'toolyard.json:1:13  tools[0]: is "". Write text that is not empty or an object with "module".',
  ],
  [
    '{ "tools": [{ "namespace": "calc" }] }',
    'toolyard.json:1:13  tools[0]: has no "module". Write it: the module\'s file, .ts or .js, relative to the config.',
  ],
  [
    '{ "tools": [{ "module": "./math-tools.ts", "namespace": "a b" }] }',
    'toolyard.json:1:57  tools[0].namespace: is "a b". Write text like "math" or "github.issues".',
  ],
  [
    '{ "tools": [{ "module": "./math-tools.ts", "export": [] }] }',
    "toolyard.json:1:54  tools[0].export: is an empty list. Write text that is not empty or a list that is not empty.",
  ],
  [
    '{ "tools": [{ "module": "./math-tools.ts", "annotations": { "readonly": true } }] }',
    'toolyard.json:1:61  tools[0].annotations.readonly: is unknown. Did you mean "readOnly"?',
  ],
  [
    '{ "tools": [{ "module": "./math-tools.ts", "replace": "yes" }] }',
    'toolyard.json:1:55  tools[0].replace: is "yes". Write true or false.',
  ],
  ['{ "disabled": ["add"] }', "toolyard.json:1:15  disabled: is a list. Write an object."],
  [
    '{ "disabled": { "add": true } }',
    "toolyard.json:1:24  disabled.add: is true. Write text that is not empty.",
  ],
];

/** Mistakes that only the library can know of. */
const UNSEEN_BY_EDITORS: readonly BadConfig[] = [
  [
    '{ "tools": ["./math-tols.ts"] }',
    `toolyard.json:1:13  tools[0]: names ${join(folder, "math-tols.ts")}, which is no file. Relative paths start from ${folder}. Did you mean "math-tools.ts"?`,
  ],
  [
    '{ "tools": [{ "module": "./nowhere/tools.ts" }] }',
    `toolyard.json:1:25  tools[0].module: names ${join(folder, "nowhere/tools.ts")}, which is no file. Relative paths start from ${folder}.`,
  ],
  [
    '{ "tools": ["./weather.ts"] }',
    `toolyard.json:1:13  tools[0]: names ${join(folder, "weather.ts")}, which is no file. Relative paths start from ${folder}.`,
  ],
  [
    '{ "tools": ["."] }',
    `toolyard.json:1:13  tools[0]: names ${folder}, which is no file. Relative paths start from ${folder}.`,
  ],
  [
    '{ "tools": ["npm:tools"] }',
    "toolyard.json:1:13  tools[0]: is no path and no file URL. Write a path, such as ./tools.ts.",
  ],
  [
    '{ "mode": "${MODE}" }',
    'toolyard.json:1:11  mode: needs the environment variable MODE, which is not set. Set it, or write "${MODE:-default}".',
  ],
  [
    '{ "timeoutMs": "${TIMEOUT:-soon}" }',
    'toolyard.json:1:16  timeoutMs: is filled in from "${TIMEOUT:-soon}". That must give a number above 0 or "Infinity".',
  ],
  [
    '{ "disabled": { "add": "${not a name}" } }',
    'toolyard.json:1:24  disabled.add: holds ${not a name}, which names no environment variable. Write "${NAME}", or "$${" for the characters themselves.',
  ],
  [
    '{ "mode": "async",\n  "mode": "thread" }',
    "toolyard.json:2:3  mode: is written twice. Keep one of them.",
  ],
  [
    '{ "tools": [{ "module": "./math-tools.ts", "module": "./math-tools.ts" }] }',
    "toolyard.json:1:44  tools[0].module: is written twice. Keep one of them.",
  ],
];

describe("a config with a mistake", () => {
  test.each([...SEEN_BY_EDITORS, ...UNSEEN_BY_EDITORS])(
    "%j is refused: %s",
    async (text, message) => {
      const error = await mistakeOf(load(text));
      expect(error.name).toBe("ConfigError");
      expect(error.message).toBe(message);
      expect(error.issues).toHaveLength(1);
    },
  );

  test.each(SEEN_BY_EDITORS)("%j is refused by the published schema", (text) => {
    expect(acceptedByEditors(parse(text.replace("__proto__", "proto")))).toBe(false);
  });

  test("is told all of its mistakes, in the order they stand in the file", async () => {
    const error = await mistakeOf(
      load(`{
  "tools": ["./math-tols.ts", 5],
  "disabled": { "add": "\${WHY}" },
  "mode": "fast",
  "limits": { "*": { "concurency": 0, "concurrency": 0 } },
  "mode": "slow"
}`),
    );
    expect(error.issues.map(({ line, column, path }) => [line, column, path])).toEqual([
      [2, 13, "tools[0]"],
      [2, 31, "tools[1]"],
      [3, 24, "disabled.add"],
      [4, 11, "mode"],
      [5, 22, 'limits["*"].concurency'],
      [5, 54, 'limits["*"].concurrency'],
      [6, 3, "mode"],
    ]);
    expect(error.message.split("\n")).toHaveLength(7);
  });

  test("is shown with its absolute path when it lies elsewhere", async () => {
    const path = write("broken.json", "[1]");
    const [inside, outside] = [join(folder, "case"), folder];
    mkdirSync(inside);
    expect((await mistakeOf(loadConfig(path, inside))).issues[0]?.file).toBe(path);
    expect((await mistakeOf(loadConfig(path, outside))).issues[0]?.file).toBe("broken.json");
  });
});

describe("a config in TypeScript or JavaScript", () => {
  test("is the module's default export, with numbers, URLs and variables as JavaScript has them", async () => {
    const typing = new URL("./toolyard-config.ts", import.meta.url).href;
    write(
      "toolyard.config.ts",
      `import { defineConfig, type ToolyardConfig } from ${JSON.stringify(typing)};
      const pools: ToolyardConfig["pools"] = { process: { env: { HOME: undefined, WHO: "\${WHO}" } } };
      export default defineConfig({
        mode: undefined,
        timeoutMs: Infinity,
        pools,
        tools: [new URL("./math-tools.ts", import.meta.url), { module: "./calculator.ts" }],
      });`,
    );
    const config = await loadConfig("toolyard.config.ts", folder, { WHO: "me" });
    expect(config.options).toStrictEqual({
      timeoutMs: Infinity,
      pools: { process: { env: { HOME: undefined, WHO: "me" } } },
    });
    expect(config.tools.map(({ url, place }) => [url, place])).toEqual([
      [
        pathToFileURL(join(folder, "math-tools.ts")).href,
        { file: "toolyard.config.ts", path: "tools[0]" },
      ],
      [
        pathToFileURL(join(folder, "calculator.ts")).href,
        { file: "toolyard.config.ts", path: "tools[1]" },
      ],
    ]);
  });

  test("may be the export `config`, in any kind of module", async () => {
    write("named.mjs", 'export const config = { mode: "thread" };');
    write("legacy.cjs", 'module.exports = { mode: "process" };');
    expect((await loadConfig("named.mjs", folder)).options.mode).toBe("thread");
    expect((await loadConfig("legacy.cjs", folder)).options.mode).toBe("process");
  });

  test("is told its mistakes by path, for it has no lines to show", async () => {
    write(
      "bad.config.mjs",
      `const self = {};
      self.self = self;
      export default {
        limits: new Map(),
        mode: Symbol("thread"),
        pools: { thread: { max: Infinity, env: { KEY: "\${UNSET}" } } },
        self,
        timeoutMs: NaN,
        tools: () => [],
      };`,
    );
    const error = await mistakeOf(loadConfig("bad.config.mjs", folder, {}));
    expect(error.message.split("\n").toSorted()).toEqual([
      "bad.config.mjs  limits: is a Map. Write a plain object.",
      'bad.config.mjs  mode: is a symbol. Write "auto", "async", "thread" or "process".',
      'bad.config.mjs  pools.thread.env.KEY: needs the environment variable UNSET, which is not set. Set it, or write "${UNSET:-default}".',
      "bad.config.mjs  pools.thread.max: is Infinity. Write an integer from 1.",
      `bad.config.mjs  self${".self".repeat(12)}: lies too deep. Leave it out.`,
      "bad.config.mjs  self: is unknown. Known: mode, timeoutMs, limits, results, pools, tools, openapi, mcpServers, disabled.",
      'bad.config.mjs  timeoutMs: is NaN. Write a number above 0 or "Infinity".',
      "bad.config.mjs  tools: is a function. Write a list.",
    ]);
    expect(error.issues.every(({ line }) => line === undefined)).toBe(true);
  });

  test("must export a config", async () => {
    write("none.mjs", "export const other = {};");
    const error = await mistakeOf(loadConfig("none.mjs", folder));
    expect(error.message).toBe(
      "none.mjs  The module exports no config. Write: export default defineConfig({ tools: [] });",
    );
  });

  test("that throws is refused with what it threw", async () => {
    write("throws.mjs", 'throw new RangeError("No luck today");');
    const error = await mistakeOf(loadConfig("throws.mjs", folder));
    expect(error.message).toContain("throws.mjs  The module ");
    expect(error.message).toContain("No luck today");
    expect(error.cause).toBeInstanceOf(RangeError);
  });
});

describe("the file", () => {
  test("is found by name, JSON first", async () => {
    const files: Record<string, string> = {};
    for (const name of CONFIG_NAMES.toReversed()) {
      files[name] = name === "toolyard.json" ? "{}" : "export default {};";
      const made = folderWith(files);
      expect(await findConfig(made)).toBe(join(made, name));
      expect((await loadConfig(undefined, made)).file).toBe(join(made, name));
    }
    expect(CONFIG_NAMES).toHaveLength(5);
  });

  test("may be absent for those who ask first", async () => {
    const made = folderWith({});
    mkdirSync(join(made, "toolyard.json"));
    expect(await findConfig(made)).toBeUndefined();
  });

  test("must be there for those who load it, and the error shows what to create", async () => {
    const { message } = await mistakeOf(loadConfig(undefined, folderWith({})));
    expect(message).toBe(
      `toolyard.json  There is no such file here, nor a toolyard.config.ts. Create toolyard.json, for example:\n${CONFIG_EXAMPLE}`,
    );
    expect(CONFIG_EXAMPLE.split("\n")).toHaveLength(5);
  });

  test("must be there when it is named", async () => {
    const { message } = await mistakeOf(loadConfig("mine.json", folder));
    expect(message).toMatch(/^mine\.json {2}There is no such file\. Create toolyard\.json, for/);
  });

  test("must be JSON, TypeScript or JavaScript", async () => {
    const { message } = await mistakeOf(loadConfig("toolyard.yaml", folder));
    expect(message).toBe(
      'toolyard.yaml  A config cannot end in ".yaml". Name it .json, .ts, .js, .mts or .mjs.',
    );
  });
});

test("paths of permissions start from the folder of the config", async () => {
  const { tools } = await load(
    `{ "tools": [{ "module": "./math-tools.ts", "permissions": {
      "fsRead": ["data", "/etc/hosts", "\${NOTES}"], "fsWrite": true, "worker": true } }] }`,
    { NOTES: "./notes" },
  );
  expect(tools[0]?.options.permissions).toEqual({
    fsRead: [join(folder, "data"), resolve("/etc/hosts"), join(folder, "notes")],
    fsWrite: true,
    worker: true,
  });
});

test.each([
  ['{ "fsRead": "data" }', 'permissions.fsRead: is "data". Write a list or true or false.'],
  ['{ "fsRead": ["data/*"] }', 'permissions.fsRead[0]: is "data/*". Write text like "./data".'],
  ['{ "fsread": true }', 'permissions.fsread: is unknown. Did you mean "fsRead"?'],
])("a mistake in permissions, %s, is told with its place", async (permissions, message) => {
  const text = `{ "tools": [{ "module": "./math-tools.ts", "permissions": ${permissions} }] }`;
  expect((await mistakeOf(load(text))).message).toContain(`tools[0].${message}`);
});
