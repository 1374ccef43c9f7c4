/** Calls that touch the same: readers together, writers alone, in order, with real threads and processes. */
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type ToolCall, ToolRegistry, defineTool } from "../../src/index.ts";
import {
  MODES,
  countEnds,
  endOf,
  expectIdle,
  linesOf,
  makeRegistry,
  mostAtOnce,
  newFile,
  seeded,
  warmUp,
} from "../fixtures/limits/limited-registry.ts";

const callsOf = (count: number, make: (place: number) => Omit<ToolCall, "id">): ToolCall[] =>
  Array.from({ length: count }, (_, place) => ({ id: `${place}`, ...make(place) }));

/** What a call writes, as it says itself. */
const key = ({ keys }: { readonly keys: readonly string[] }): readonly string[] => keys;

describe.each(MODES)("in mode %s", (mode) => {
  test("twenty calls that read, wait and write a counter raise it by exactly twenty", async () => {
    const registry = await makeRegistry(mode, { raise: { key: "{file}" } });
    const file = newFile();
    const calls = callsOf(20, () => ({ name: "raise", input: { file, waitMs: 5 } }));
    const results = await registry.executeToolCalls(calls);
    // Each sees what the one before it wrote: they ran in the order they came.
    expect(results.map((result) => result.status === "ok" && result.output)).toEqual(
      calls.map((_, place) => place + 1),
    );
    expect(linesOf(file)).toEqual(["20"]);
    await expectIdle(registry);
  });

  test("eight batches at once lose no update, whatever tool they call", async () => {
    const registry = await makeRegistry(mode, {
      raise: { key: "{file}" },
      "place.*": { key: ({ file }: { readonly file: string }) => [file] },
    });
    const file = newFile();
    const size = 150;
    const batches = Array.from({ length: 8 }, (_, batch) =>
      registry.executeToolCalls(
        callsOf(size, () => ({ name: batch % 2 === 0 ? "raise" : "place.raise", input: { file } })),
      ),
    );
    const ends = countEnds((await Promise.all(batches)).flat());
    expect(ends).toEqual({ ok: 8 * size });
    expect(linesOf(file)).toEqual([`${8 * size}`]);
    await expectIdle(registry);
  });

  test("readers of a key run together, writers alone, and nobody overtakes", async () => {
    const registry = await makeRegistry(mode, { look: { key: "k" }, stay: { key: "k" } });
    const log = newFile();
    // Three readers, a writer, three readers, two writers, three readers.
    const kinds = ["r", "r", "r", "w", "r", "r", "r", "w", "w", "r", "r", "r"];
    const calls = kinds.map((kind, place): ToolCall => {
      const id = `${kind}${place}`;
      // Readers that come together wait for each other.
      const untilBegun = kind === "r" ? kinds.indexOf("w", place) : 0;
      const input = { log, id, untilBegun: untilBegun === -1 ? kinds.length : untilBegun };
      return { id, name: kind === "r" ? "look" : "stay", input };
    });
    await warmUp(registry, ["look", "stay"]);
    await registry.executeToolCalls(calls);
    const lines = linesOf(log);
    const began = lines.filter((line) => line.startsWith("+")).map((line) => line.split(" ")[1]);
    const groups = [began.slice(0, 3), began.slice(4, 7), began.slice(9)];
    expect(groups.map((group) => new Set(group))).toEqual([
      new Set(["r0", "r1", "r2"]),
      new Set(["r4", "r5", "r6"]),
      new Set(["r9", "r10", "r11"]),
    ]);
    expect([began[3], began[7], began[8]]).toEqual(["w3", "w7", "w8"]);
    // Never a writer with anybody else; readers with each other.
    for (const writer of ["w3", "w7", "w8"]) {
      const from = lines.findIndex((line) => line.startsWith(`+ ${writer} `));
      expect(lines[from + 1]).toMatch(`- ${writer} `);
    }
    expect(mostAtOnce(lines)).toBe(3);
    await expectIdle(registry);
  });

  test("calls that write several keys each never wait in a circle, and never meet on a key", async () => {
    const registry = await makeRegistry(mode, {
      stay: { key },
      stayToo: { key },
      "*": { concurrency: 6 },
    });
    const log = newFile();
    const dice = seeded(7);
    const keysOf = new Map<string, readonly string[]>();
    const calls = callsOf(120, (place) => {
      // The same keys in every order, some of them twice.
      const keys = Array.from(
        { length: 1 + Math.floor(dice() * 4) },
        () => `k${Math.floor(dice() * 5)}`,
      );
      keysOf.set(`${place}`, keys);
      return {
        name: dice() < 0.5 ? "stay" : "stayToo",
        input: { log, id: `${place}`, keys, waitMs: 1 },
      };
    });
    expect(countEnds(await registry.executeToolCalls(calls))).toEqual({ ok: calls.length });
    const lines = linesOf(log);
    for (const one of ["k0", "k1", "k2", "k3", "k4"]) {
      const users = (id: string): boolean => keysOf.get(id)?.includes(one) === true;
      expect(mostAtOnce(lines, users)).toBe(1);
      const began = lines.filter((line) => line.startsWith("+") && users(line.split(" ")[1] ?? ""));
      const order = began.map((line) => Number(line.split(" ")[1]));
      expect(order).toEqual(order.toSorted((left, right) => left - right));
    }
    await expectIdle(registry);
  });

  test("a writer that dies or is cancelled lets the next one in", async () => {
    const registry = await makeRegistry(mode, { stay: { key: "k" } });
    const log = newFile();
    const controller = new AbortController();
    const first = registry.executeToolCalls(
      callsOf(1, () => ({ name: "stay", input: { log, id: "a", waitMs: 60_000 } })),
      { signal: controller.signal },
    );
    const dies = mode !== "async";
    const second = registry.executeToolCalls(
      callsOf(1, () => ({ name: "stay", input: { log, id: "b", dies } })),
    );
    const third = registry.executeToolCalls(
      callsOf(1, () => ({ name: "stay", input: { log, id: "c" } })),
    );
    await expect.poll(() => linesOf(log).length, { timeout: 10_000 }).toBe(1);
    controller.abort();
    expect([await first, await second, await third].flat().map(endOf)).toEqual([
      "CALL_CANCELLED",
      dies ? "WORKER_CRASHED" : "ok",
      "ok",
    ]);
    await expectIdle(registry);
  });
});

test("2 500 calls in each of 8 batches at once end at exactly 20 000", async () => {
  await using registry = new ToolRegistry({ mode: "async", limits: { count: { key: "counter" } } });
  let counter = 0;
  let writers = 0;
  registry.register(
    defineTool({
      name: "count",
      description: "Reads, lets others go, writes.",
      input: { type: "object" },
      execute: async () => {
        const seen = counter;
        writers += 1;
        expect(writers).toBe(1);
        // Now and then the event loop turns, and everybody who could run would.
        await (seen % 100 === 0 ? setImmediate() : undefined);
        writers -= 1;
        counter = seen + 1;
      },
    }),
  );
  const batches = Array.from({ length: 8 }, () =>
    registry.executeToolCalls(callsOf(2_500, () => ({ name: "count", input: {} }))),
  );
  const results = (await Promise.all(batches)).flat();
  expect(countEnds(results)).toEqual({ ok: 20_000 });
  expect(counter).toBe(20_000);
  await expectIdle(registry);
});
