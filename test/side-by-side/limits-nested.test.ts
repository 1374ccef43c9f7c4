/** Limits of calls that tools make, in every mode. */
import { describe, expect, test } from "vitest";
import { ToolError, ToolRegistry, defineTool } from "../../src/index.ts";
import {
  MODES,
  expectIdle,
  linesOf,
  makeRegistry,
  mostAtOnce,
  newFile,
} from "../fixtures/limits/limited-registry.ts";

const ONE = { concurrency: 1 };

describe.each(MODES)("in mode %s", (mode) => {
  test("calls nested five deep end with every limit at 1", async () => {
    const registry = await makeRegistry(mode, {
      "*": ONE,
      descend: ONE,
      "d*": ONE,
      "tag:slow": ONE,
      tenant: ONE,
    });
    const log = newFile();
    const outputs = await Promise.all(
      ["a", "b", "c"].map((id) =>
        registry.call("descend", { log, id, depth: 5 }, { tenant: id === "c" ? "t2" : "t1" }),
      ),
    );
    expect(outputs).toEqual([6, 6, 6]);
    expect(mostAtOnce(linesOf(log))).toBe(1);
    await expectIdle(registry);
  });

  test("children of one parent take turns in its slot, and others get theirs", async () => {
    const registry = await makeRegistry(mode, { descend: ONE });
    const log = newFile();
    const calls = ["a", "b"].map((id) =>
      registry.call("descend", { log, id, depth: 2, width: 3, waitMs: 3 }),
    );
    expect(await Promise.all(calls)).toEqual([13, 13]);
    const lines = linesOf(log);
    expect(lines.length).toBe(36);
    expect(mostAtOnce(lines)).toBe(1);
    // The second parent runs when the first has ended, not between its children.
    expect(lines.map((line) => line[2]).join("")).toBe("a".repeat(18) + "b".repeat(18));
    await expectIdle(registry);
  });

  test("a call with a key may call what writes the same key, and nobody comes between", async () => {
    const key = { key: "file" };
    const registry = await makeRegistry(mode, { ask: key, stay: key, stayToo: key });
    const log = newFile();
    const nested = { log, id: "nested", waitMs: 20 };
    const parent = registry.call("ask", { name: "stay", value: nested });
    const other = registry.call("stayToo", { log, id: "other" });
    expect(await Promise.all([parent, other])).toEqual(["nested", "other"]);
    expect(linesOf(log).map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "+ nested",
      "- nested",
      "+ other",
      "- other",
    ]);
    await expectIdle(registry);
  });

  test("a call that reads a key and calls what writes it is told so", async () => {
    const key = { key: "file" };
    const registry = await makeRegistry(mode, { askReading: key, stay: key, look: key });
    const log = newFile();
    const answer = registry.call("askReading", { name: "stay", value: { log, id: "x" } });
    await expect(answer).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    const reading = registry.call("askReading", { name: "look", value: { log, id: "x" } });
    expect(await reading).toBe("x");
    await expectIdle(registry);
  });

  test("a parent that runs while the registry drains still makes its calls", async () => {
    const registry = await makeRegistry(mode, { "*": ONE });
    const log = newFile();
    const parent = registry.call("descend", { log, id: "a", depth: 3, waitMs: 60 });
    const waiting = registry.executeToolCalls([{ id: "w", name: "stay", input: { log, id: "w" } }]);
    await expect.poll(() => linesOf(log).length, { timeout: 10_000 }).toBe(1);
    const handedBack = await registry.drain();
    expect(handedBack.map(({ id }) => id)).toEqual(["w"]);
    expect(await parent).toBe(4);
    expect((await waiting)[0]).toMatchObject({
      error: { code: "CALL_CANCELLED", retryable: true },
    });
    await expectIdle(registry);
  });

  test("cancelling a parent takes its calls out of every queue", async () => {
    const registry = await makeRegistry(mode, { stay: ONE, "*": { concurrency: 20 } });
    const log = newFile();
    const blocker = registry.call("stay", { log, id: "blocker", waitMs: 250 });
    const controller = new AbortController();
    const parents = Array.from({ length: 5 }, (_, place) =>
      registry
        .call(
          "ask",
          { name: "stay", value: { log, id: `${place}` } },
          { signal: controller.signal, mode: "async" },
        )
        .catch((thrown: unknown) => (ToolError.is(thrown) ? thrown.code : thrown)),
    );
    const queued = (): unknown =>
      registry.stats().limits.find(({ limit }) => limit === "stay")?.queued;
    await expect.poll(queued, { interval: 1 }).toBe(5);
    controller.abort();
    expect(await Promise.all(parents)).toEqual(parents.map(() => "CALL_CANCELLED"));
    expect(queued()).toBe(0);
    await blocker;
    await expectIdle(registry);
  });
});

test("a parent that is answered in time keeps its slot for a child that does not stop", async () => {
  await using registry = new ToolRegistry({ mode: "async", limits: { "*": ONE } });
  const { promise: told, resolve: tell } = Promise.withResolvers<undefined>();
  let running = 0;
  let most = 0;
  const enter = (): void => {
    running += 1;
    most = Math.max(most, running);
  };
  registry.register([
    defineTool({
      name: "parent",
      description: "Does not wait for its child.",
      input: { type: "object" },
      execute: (_input, { call }) => {
        call("child").catch(() => {});
        return new Promise((resolve) => setTimeout(resolve, 20, "answered"));
      },
    }),
    defineTool({
      name: "child",
      description: "Does not stop.",
      input: { type: "object" },
      execute: async () => {
        enter();
        await told;
        running -= 1;
      },
    }),
    defineTool({
      name: "next",
      description: "Waits for its turn.",
      input: { type: "object" },
      execute: () => {
        enter();
        running -= 1;
      },
    }),
  ]);
  const parent = registry.call("parent");
  const next = registry.call("next");
  expect(await parent).toBe("answered");
  expect(registry.stats().limits[0]).toMatchObject({ running: 1, queued: 1 });
  tell(undefined);
  await next;
  expect(most).toBe(1);
  await expectIdle(registry);
});
