import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { ToolRegistryOptions } from "../runtime/create-runtime.ts";
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import { ConfigError } from "./config-error.ts";
import { createRegistry } from "./create-registry.ts";
import { loadConfig } from "./load-config.ts";

const folder = mkdtempSync(join(tmpdir(), "toolyard-registry-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MATH = fixture("math-tools.ts");
const CALCULATOR = fixture("calculator.ts");

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../test/fixtures/modules/${name}`, import.meta.url));
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function registryOf(config: object, overrides?: ToolRegistryOptions): Promise<ToolRegistry> {
  write("toolyard.json", JSON.stringify(config, undefined, 1));
  return createRegistry(await loadConfig(undefined, folder), overrides);
}

async function mistakeOf(making: Promise<ToolRegistry>): Promise<ConfigError> {
  const thrown: unknown = await making.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof ConfigError) return thrown;
  throw new Error("There is a registry.", { cause: thrown });
}

describe("a registry from a config", () => {
  test("has the tools of the modules in the order they are written, with the settings of each", async () => {
    const slow = write(
      "slow.mjs",
      `await new Promise((resolve) => setImmediate(resolve));
       export { add as slow } from ${JSON.stringify(MATH)};`,
    );
    await using registry = await registryOf({
      mode: "async",
      timeoutMs: 1_234,
      tools: [
        { module: slow, namespace: "slow", mode: "thread", tags: ["late"] },
        MATH,
        { module: CALCULATOR, namespace: "calc", export: "Calculator", timeoutMs: "Infinity" },
      ],
      disabled: { "calc.divide": "not today" },
    });
    expect(registry.mode).toBe("async");
    expect(registry.list().map((tool) => tool.name)).toEqual([
      "slow.add",
      "add",
      "is_prime",
      "calc.add",
      "calc.divide",
      "calc.remember",
      "calc.parse",
    ]);
    expect(registry.get("slow.add")).toMatchObject({ mode: "thread", tags: ["late"] });
    expect(registry.get("add")).toMatchObject({ mode: undefined, timeoutMs: 1_234 });
    expect(registry.get("calc.add")?.timeoutMs).toBe(Infinity);
    expect(registry.get("calc.parse")?.timeoutMs).toBe(500);
    expect(registry.get("calc.divide")).toMatchObject({
      enabled: false,
      disabledReason: "not today",
    });
    expect(await registry.call("add", { a: 1, b: 2 })).toBe(3);
  });

  test("may have modules that replace tools of those before", async () => {
    await using registry = await registryOf({
      tools: [MATH, { module: MATH, replace: true, tags: ["again"] }],
    });
    expect(registry.get("add")?.tags).toEqual(["again"]);
  });

  test("follows the caller where the caller says otherwise", async () => {
    await using registry = await registryOf(
      { mode: "thread", timeoutMs: 5, tools: [MATH] },
      { mode: "async", timeoutMs: undefined },
    );
    expect(registry.mode).toBe("async");
    expect(registry.get("add")?.timeoutMs).toBe(5);
  });
});

describe("what cannot be registered", () => {
  test("is told for every module, with its place in the config", async () => {
    const broken = write("broken.mjs", 'throw new RangeError("No luck");');
    const none = write("none.mjs", "export const one = 1;");
    const error = await mistakeOf(
      registryOf({ tools: [broken, MATH, none, { module: MATH }], disabled: { nobody: "why" } }),
    );
    expect(error.issues.map(({ file, line, column, path }) => [file, line, column, path])).toEqual([
      ["toolyard.json", 3, 3, "tools[0]"],
      ["toolyard.json", 5, 3, "tools[2]"],
      ["toolyard.json", 6, 3, "tools[3]"],
    ]);
    expect(error.issues[0]?.message).toContain(`The module ${broken} cannot be imported`);
    expect(error.issues[0]?.message).toContain("No luck");
    expect(error.issues[1]?.message).toContain(`The module ${none} exports no tools.`);
    expect(error.issues[2]?.message).toContain('A tool "add" is registered already.');
    expect(error.cause).toBeInstanceOf(AggregateError);
  });

  test("is told by its own cause when it is alone", async () => {
    const thrower = write("thrower.mjs", 'throw new RangeError("No luck");');
    const error = await mistakeOf(registryOf({ tools: [thrower] }));
    expect(error.cause).toBeInstanceOf(TypeError);
    expect((error.cause as Error).cause).toBeInstanceOf(RangeError);
  });

  test("a disabled tool that nobody has is told with the name that was meant", async () => {
    const error = await mistakeOf(
      registryOf({ tools: [MATH], disabled: { is_prim: "slow", nobody: "gone" } }),
    );
    expect(error.message.split("\n")).toEqual([
      'toolyard.json:6:3  disabled.is_prim: There is no tool "is_prim". Did you mean "is_prime"?',
      'toolyard.json:7:3  disabled.nobody: There is no tool "nobody".',
    ]);
  });

  test("an override out of range is the caller's mistake, not the config's", async () => {
    await expect(registryOf({}, { timeoutMs: -1 })).rejects.toThrow(TypeError);
  });
});
