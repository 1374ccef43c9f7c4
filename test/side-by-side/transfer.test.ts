/** Bytes that their sender gives away. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ToolError, ToolRegistry, transfer } from "../../src/index.ts";

const MODULE = new URL("../fixtures/executors/transfer-tools.ts", import.meta.url);
const LENGTHS = [8, 100_000];

let registry: ToolRegistry;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "transfer-"));
  registry = new ToolRegistry({ pools: { thread: { max: 1 }, process: { max: 1 } } });
  await registry.registerModule(MODULE);
});
afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true });
});

const ones = (length: number): Float64Array => new Float64Array(length).fill(1);

describe.each(LENGTHS)("%i numbers", (length) => {
  test("given to a thread are gone here and whole there", async () => {
    const data = ones(length);
    const { buffer } = data;
    expect(await registry.call("sum", { data: transfer(data) }, { mode: "thread" })).toBe(length);
    expect([data.length, buffer.byteLength]).toEqual([0, 0]);
  });

  test("given to a tool that may have to run again are gone here too", async () => {
    const data = ones(length);
    const input = { data: transfer(data) };
    expect(await registry.call("sumAgain", input, { mode: "thread" })).toBe(length);
    expect(data.length).toBe(0);
  });

  test("given by a tool in a thread are gone there and whole here", async () => {
    const made = await registry.call("make", { data: length }, { mode: "thread" });
    expect(made).toStrictEqual(new Float64Array(length).fill(2));
    expect(await registry.call("left", { data: 0 }, { mode: "thread" })).toBe(0);
  });

  test("cross into a child process and back as copies", async () => {
    const data = ones(length);
    const back = await registry.call("pass", { data: transfer(data) }, { mode: "process" });
    expect(back).toStrictEqual({ data: ones(length) });
    expect(data.length).toBe(length);
    await registry.call("make", { data: length }, { mode: "process" });
    expect(await registry.call("left", { data: 0 }, { mode: "process" })).toBe(length);
  });

  test("on the event loop are passed on as they are", async () => {
    const data = ones(length);
    const back = await registry.call("pass", { data: transfer(data) }, { mode: "async" });
    expect((back as { data: unknown }).data).toBe(data);
    expect(data.length).toBe(length);
  });

  test("that are not marked stay, whatever was done with their like", async () => {
    const data = ones(length);
    expect(await registry.call("sum", { data }, { mode: "thread" })).toBe(length);
    expect(data.length).toBe(length);
  });
});

test("bytes that were given away cannot be sent again, and the error says so", async () => {
  const data = ones(8);
  await registry.call("sum", { data: transfer(data) }, { mode: "thread" });
  const again = registry.call("sum", { data }, { mode: "thread" });
  await expect(again).rejects.toSatisfy(
    (thrown) =>
      ToolError.is(thrown, "NOT_PORTABLE") &&
      thrown.message.includes("detached") &&
      thrown.details["path"] === ".data",
  );
});

test("calls that wait behind others keep what they were given", async () => {
  const calls = Array.from({ length: 20 }, (_, place) => ({
    id: "same",
    name: "slow",
    input: { data: transfer(ones(place + 1)) },
  }));
  const results = await registry.executeToolCalls(calls, { mode: "thread" });
  expect(results.map((result) => result.status === "ok" && result.output)).toEqual(
    calls.map((_, place) => place + 1),
  );
});

test("a call that is run again after its worker died has its bytes again", async () => {
  const input = { data: transfer(ones(100_000)), file: join(folder, "died") };
  const retried = new ToolRegistry({ pools: { thread: { max: 1 } }, mode: "thread" });
  await retried.registerModule(MODULE);
  try {
    const [result] = await retried.executeToolCalls([{ id: "1", name: "dieFirst", input }]);
    expect(result).toMatchObject({ status: "ok", output: 100_000 });
  } finally {
    await retried.close();
  }
});

test("a part of a larger buffer is copied, and the buffer stays", async () => {
  const data = ones(8).subarray(2, 4);
  expect(await registry.call("sum", { data: transfer(data) }, { mode: "thread" })).toBe(2);
  expect(data.length).toBe(2);
});
