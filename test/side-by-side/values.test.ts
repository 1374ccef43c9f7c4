/** Values on their way into real workers and back. */
import { assert, asyncProperty } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ToolError, ToolRegistry } from "../../src/index.ts";
import { anyPortableValue } from "../../src/testing/portable-values.ts";
import { UNPORTABLE } from "../fixtures/executors/value-tools.ts";

const MIB = 1024 * 1024;
const MODULE = new URL("../fixtures/executors/value-tools.ts", import.meta.url);

const PATHS: Readonly<Record<string, string>> = {
  function: ".a.b[1]",
  symbol: ".tag",
  instance: ".list[0]",
  weakMap: '["odd key"]',
  promise: ".later",
  socket: ".open.socket",
  sharedMemory: ".memory",
};

const lengths = (count: number, input: string): unknown[] =>
  Array.from({ length: count }, () => ({ id: "same", name: "length", input }));

describe.each(["thread", "process"] as const)("in a %s", (mode) => {
  let registry: ToolRegistry;
  beforeAll(async () => {
    registry = new ToolRegistry({ mode, pools: { [mode]: { max: 2 } } });
    await registry.registerModule(MODULE);
  });
  afterAll(() => registry.close());

  const call = (name: string, input?: unknown): Promise<unknown> => registry.call(name, input);
  const errorOf = async (name: string, input: unknown): Promise<ToolError> =>
    call(name, input).then(
      () => expect.unreachable(`${name} gave an output`),
      (thrown: unknown) => (ToolError.is(thrown) ? thrown : Promise.reject(thrown as Error)),
    );

  test("whatever can cross comes back as it went in", async () => {
    await assert(
      asyncProperty(anyPortableValue, async (value) => {
        const there = await call("echo", { value });
        expect(there).toStrictEqual({ value });
      }),
      { numRuns: 150 },
    );
  });

  test("many values in one frame do not get into each other's way", async () => {
    const inputs = Array.from({ length: 600 }, (_, place) => ({
      place,
      bytes: new Float64Array([place, -place]),
      map: new Map([[place, BigInt(place)]]),
    }));
    const calls = inputs.map((input) => ({ id: "same", name: "echo", input }));
    for (let round = 0; round < 3; round += 1) {
      const results = await registry.executeToolCalls(calls);
      expect(results.map((result) => (result.status === "ok" ? result.output : result))).toEqual(
        inputs,
      );
    }
  });

  test("cycles and shared objects arrive as such", async () => {
    const circle: { self?: unknown; when: Date } = { when: new Date(5) };
    circle.self = circle;
    const back = (await call("echo", circle)) as typeof circle;
    expect(back.self).toBe(back);
    expect(await call("isShared", { one: circle, two: circle })).toBe(true);
  });

  test("an output is what it was when the call ended, whatever the tool does to it later", async () => {
    const calls = Array.from({ length: 400 }, () => ({ id: "same", name: "live", input: {} }));
    for (let round = 0; round < 3; round += 1) await registry.executeToolCalls(calls);
    const results = await registry.executeToolCalls(calls);
    const seen = results.map(
      (result) =>
        `${result.timing.workerId} ${JSON.stringify(result.status === "ok" && result.output)}`,
    );
    expect(new Set(seen).size).toBe(400);
  });

  test("100 MB of bytes cross in both directions", async () => {
    const size = 100 * MIB;
    const bytes = new Uint8Array(size);
    bytes[size - 1] = 9;
    expect(await call("weigh", bytes)).toEqual(["Uint8Array", size, 9]);
    const back = (await call("bytes", { size })) as Uint8Array;
    expect([back.constructor.name, back.length, back[0], back[size - 1]]).toEqual([
      "Uint8Array",
      size,
      7,
      7,
    ]);
  });

  test("5 MB of text cross in both directions", async () => {
    const size = 5 * MIB;
    expect(await call("length", "ü".repeat(size))).toBe(size);
    expect(await call("text", { size })).toBe("é".repeat(size));
  });

  test("lists nested 10 000 deep cross or are refused, and the worker lives on", async () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    for (const [name, input] of [
      ["depth", deep],
      ["nested", { levels: 10_000 }],
    ] as const) {
      const outcome = await call(name, input).catch((thrown: unknown) => thrown);
      if (ToolError.is(outcome)) expect(outcome.code).toBe("NOT_PORTABLE");
      else if (name === "depth") expect(outcome).toBe(10_000);
      expect(await call("echo", { still: "here" })).toEqual({ still: "here" });
    }
  });

  test.each(Object.entries(PATHS))(
    "%s is refused with its path, as input and as output",
    async (kind, path) => {
      const input = (UNPORTABLE[kind] as () => unknown)();
      const errors = [await errorOf("echo", input), await errorOf("unportable", { kind })];
      expect(errors.map(({ code, details }) => [code, details["path"]])).toEqual([
        ["NOT_PORTABLE", path],
        ["NOT_PORTABLE", path],
      ]);
      expect(errors[0]?.message).toMatch(/^The input of echo cannot leave or enter a worker/);
      expect(errors[1]?.message).toMatch(
        /^The output of unportable cannot leave or enter a worker/,
      );
    },
  );

  test("what cannot cross does no harm to the calls beside it", async () => {
    const inputs = [
      { fine: 1 },
      { odd: () => 1 },
      { fine: new Date(3) },
      { odd: Symbol("s") },
      { fine: 2 },
    ];
    const results = await registry.executeToolCalls(
      inputs.map((input) => ({ id: "same", name: "echo", input })),
    );
    expect(
      results.map((result) => (result.status === "ok" ? result.output : result.error.code)),
    ).toEqual([{ fine: 1 }, "NOT_PORTABLE", { fine: new Date(3) }, "NOT_PORTABLE", { fine: 2 }]);
  });

  test("a context that cannot cross fails its batch and says so", async () => {
    const results = await registry.executeToolCalls([{ id: "1", name: "echo", input: 1 }], {
      context: { logger: () => {} },
    });
    expect(results).toMatchObject([
      { error: { code: "NOT_PORTABLE", message: expect.stringContaining("The context of echo") } },
    ]);
  });
});

describe("what is too large for a child process", () => {
  let registry: ToolRegistry;
  beforeAll(async () => {
    registry = new ToolRegistry({ mode: "process", pools: { process: { max: 1 } } });
    await registry.registerModule(MODULE);
  });
  afterAll(() => registry.close());

  test("as an output is OUTPUT_TOO_LARGE and costs nobody anything", async () => {
    const calls = [{ size: 300 * MIB }, { size: 3 }, { size: 4 }].map((input) => ({
      id: "same",
      name: "bytes",
      input,
    }));
    const results = await registry.executeToolCalls(calls);
    expect(results).toMatchObject([
      { error: { code: "OUTPUT_TOO_LARGE" } },
      { output: new Uint8Array(3).fill(7) },
      { output: new Uint8Array(4).fill(7) },
    ]);
    expect(new Set(results.map(({ timing }) => timing.workerId)).size).toBe(1);
  });

  test("all together, but not one by one, is no trouble", async () => {
    for (let round = 0; round < 8; round += 1) await registry.executeToolCalls(lengths(600, ""));
    const results = await registry.executeToolCalls(lengths(270, "x".repeat(MIB)));
    expect(results.filter(({ status }) => status === "error")).toEqual([]);
  });

  test("as an input is NOT_PORTABLE, also as the very first call of a tool", async () => {
    const inputs = [
      new Uint8Array(300 * MIB),
      new Uint8Array(3).fill(1),
      new Uint8Array(4).fill(1),
    ];
    for (let round = 0; round < 2; round += 1) {
      const results = await registry.executeToolCalls(
        inputs.map((input) => ({ id: "same", name: "weigh", input })),
      );
      expect(results).toMatchObject([
        { error: { code: "NOT_PORTABLE", message: expect.stringContaining("too large") } },
        { output: ["Uint8Array", 3, 3] },
        { output: ["Uint8Array", 4, 4] },
      ]);
    }
  });
});
