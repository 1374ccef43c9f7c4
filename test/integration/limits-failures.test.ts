/** Breakers, retries, and settings that are wrong: what a user of a registry sees of them. */
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  type LimitsOptions,
  type ToolCall,
  type ToolError,
  ToolRegistry,
  defineTool,
} from "../../src/index.ts";
import {
  MODES,
  countEnds,
  endOf,
  expectIdle,
  makeRegistry,
  newFile,
} from "../fixtures/limits/limited-registry.ts";

/** A registry with a tool `server` that fails for as long as it is down, or hangs. */
function setUp(
  limits: LimitsOptions,
  more: object = {},
): {
  readonly registry: ToolRegistry;
  readonly server: { state: "up" | "down" | "hangs"; asked: number };
} {
  const registry = new ToolRegistry({ mode: "async", limits });
  const server: ReturnType<typeof setUp>["server"] = { state: "up", asked: 0 };
  registry.register(
    defineTool({
      name: "server",
      description: "Answers, perhaps.",
      input: { type: "object" },
      ...more,
      execute: async (_input, { signal }) => {
        server.asked += 1;
        await wait(server.state === "hangs" ? 60_000 : 1, undefined, { signal });
        if (server.state === "down") throw new Error("Connection refused.");
        return "an answer";
      },
    }),
  );
  return { registry, server };
}

const callsOf = (count: number, name = "server"): ToolCall[] =>
  Array.from({ length: count }, (_, place) => ({ id: `${place}`, name, input: {} }));

describe("a breaker", () => {
  const breaker = { failures: 3, openForMs: 120 };

  test("opens, refuses at once, tries one call, and closes", async () => {
    const { registry, server } = setUp({ server: { breaker, concurrency: 1 } });
    const events: string[] = [];
    for (const type of ["circuit.opened", "circuit.half-opened", "circuit.closed"] as const) {
      registry.on(type, ({ limit }) => events.push(`${type} ${limit}`));
    }
    server.state = "down";
    // Those that wait are refused when it opens.
    const results = await registry.executeToolCalls(callsOf(8));
    expect(countEnds(results)).toEqual({ TOOL_FAILED: 3, CIRCUIT_OPEN: 5 });
    expect(server.asked).toBe(3);
    const refused = await registry.call("server").catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: "CIRCUIT_OPEN", details: { limit: "server" } });
    const { retryAfterMs = 0 } = refused as ToolError;
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(120);
    // Still down: one call is tried, and it opens again.
    await wait(retryAfterMs + 5);
    expect(countEnds(await registry.executeToolCalls(callsOf(4)))).toEqual({
      TOOL_FAILED: 1,
      CIRCUIT_OPEN: 3,
    });
    expect(server.asked).toBe(4);
    server.state = "up";
    await wait(130);
    expect(await registry.call("server")).toBe("an answer");
    expect(countEnds(await registry.executeToolCalls(callsOf(4)))).toEqual({ ok: 4 });
    expect(events.map((event) => event.slice("circuit.".length))).toEqual([
      "opened server",
      "half-opened server",
      "opened server",
      "half-opened server",
      "closed server",
    ]);
    await expectIdle(registry);
    await registry.close();
  });

  test("counts no call that its caller gave up, and frees the place of a probe that was", async () => {
    const { registry, server } = setUp({ server: { breaker } });
    const giveUp = async (): Promise<void> => {
      const controller = new AbortController();
      const sent = registry.executeToolCalls(callsOf(5), { signal: controller.signal });
      await wait(5);
      controller.abort();
      await sent;
    };
    server.state = "hangs";
    await giveUp();
    expect(registry.stats().limits.at(-1)?.breaker?.state).toBe("closed");
    server.state = "down";
    await registry.executeToolCalls(callsOf(3));
    expect(registry.stats().limits.at(-1)?.breaker?.state).toBe("open");
    await wait(130);
    server.state = "hangs";
    await giveUp();
    server.state = "up";
    expect(await registry.call("server")).toBe("an answer");
    expect(registry.stats().limits.at(-1)?.breaker?.state).toBe("closed");
    await registry.close();
  });

  test.each(MODES)("counts workers that die and calls that time out, in mode %s", async (mode) => {
    const registry = await makeRegistry(
      mode,
      { stay: { breaker }, stubborn: { breaker } },
      { pools: { [mode === "async" ? "thread" : mode]: { quarantineAfter: Infinity } } },
    );
    const log = newFile();
    const name = mode === "async" ? "stubborn" : "stay";
    const input = { log, id: "x", dies: mode !== "async", waitMs: mode === "async" ? 90 : 1 };
    const ends: string[] = [];
    for (const id of ["1", "2", "3", "4"]) {
      ends.push(...(await registry.executeToolCalls([{ id, name, input }])).map(endOf));
    }
    const failure = mode === "async" ? "DEADLINE_EXCEEDED" : "WORKER_CRASHED";
    // On the event loop a call is over, and counts, when it has really ended.
    expect(ends.slice(0, 3)).toEqual([failure, failure, failure]);
    await expectIdle(registry);
    expect((await registry.executeToolCalls([{ id: "5", name, input }])).map(endOf)).toEqual([
      "CIRCUIT_OPEN",
    ]);
  });
});

describe("retries", () => {
  const retry = { maximumAttempts: 4, initialIntervalMs: 1 };
  const annotations = { readOnly: true };

  test("are a fifth of the calls when everything fails", async () => {
    const { registry, server } = setUp({}, { retry, annotations });
    server.state = "down";
    expect(countEnds(await registry.executeToolCalls(callsOf(200)))).toEqual({ TOOL_FAILED: 200 });
    // A fifth, and one a second beside, over ten seconds.
    expect(server.asked).toBeLessThanOrEqual(200 + 40 + 10);
    expect(server.asked).toBeGreaterThan(200);
    await registry.close();
  });

  test("hold no slot while they wait, and keep their age", async () => {
    const { registry, server } = setUp(
      { server: { concurrency: 1 } },
      { retry: { ...retry, initialIntervalMs: 40 }, annotations },
    );
    server.state = "down";
    let retried = 0;
    registry.on("tool.retried", () => {
      retried += 1;
      server.state = "up";
    });
    const first = registry.call("server");
    await expect.poll(() => retried, { interval: 1 }).toBe(1);
    expect(registry.stats().limits.at(-1)).toMatchObject({ running: 0, queued: 0 });
    expect(await registry.call("server")).toBe("an answer");
    expect(await first).toBe("an answer");
    await registry.close();
  });

  test("come back to an open breaker only where the tool says so", async () => {
    const retryOn = ["TOOL_FAILED", "CIRCUIT_OPEN"];
    const { registry, server } = setUp(
      { "*": { retryBudget: false }, server: { breaker: { failures: 2, openForMs: 60 } } },
      { retry: { ...retry, maximumAttempts: 6, retryOn }, annotations },
    );
    server.state = "down";
    registry.on("circuit.opened", () => (server.state = "up"));
    expect(await registry.call("server")).toBe("an answer");
    expect(server.asked).toBe(3);
    await registry.close();
  });
});

describe("functions among the settings that throw or give nonsense", () => {
  const NONSENSE: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error("SECRET");
    },
    "throws nothing": () => {
      // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- Users do.
      throw undefined;
    },
    "is late": async () => "late",
    "is late and fails": async () => {
      throw new Error("SECRET");
    },
    "gives NaN": () => NaN,
    "gives less than nothing": () => -1,
    "gives null": () => null,
    "gives a list of numbers": () => [1, 2],
    "gives an object": () => ({}),
  };
  const WHERE: Readonly<Record<string, (setting: never) => LimitsOptions>> = {
    key: (key) => ({ work: { key } }),
    "key of a concurrency": (key) => ({ work: { key, concurrency: 1 } }),
    "tokens.estimate": (estimate) => ({
      work: { tokens: { limit: 9_000, per: "minute", estimate } },
    }),
    "tenant.weight": (weight) => ({ work: { concurrency: 1 }, tenant: { weight } }),
  };

  test.each(Object.keys(WHERE))(
    "%s: that call fails, no other does, nothing is left",
    async (where) => {
      for (const [what, nonsense] of Object.entries(NONSENSE)) {
        let isBroken = false;
        const good: Readonly<Record<string, unknown>> = {
          "tokens.estimate": 10,
          "tenant.weight": 1,
        };
        const setting = (): unknown => (isBroken ? nonsense() : (good[where] ?? "k"));
        const limits = WHERE[where]?.(setting as never) ?? {};
        const registry = new ToolRegistry({ mode: "async", limits });
        registry.register(
          defineTool({
            name: "work",
            description: "Works.",
            input: { type: "object" },
            execute: () => wait(2, "done"),
          }),
        );
        const call = (tenant: string): Promise<unknown> =>
          registry.call("work", { word: "SECRET" }, { tenant }).catch((thrown: unknown) => thrown);
        const before = [call("a"), call("a")];
        isBroken = true;
        const during = await call("b");
        isBroken = false;
        expect([what, during]).toMatchObject([what, { code: "TOOL_FAILED", retryable: false }]);
        expect((during as ToolError).message).toContain(where.split(" ")[0]);
        expect((during as ToolError).message).not.toContain("SECRET");
        expect(await Promise.all([...before, call("c")])).toEqual(["done", "done", "done"]);
        await expectIdle(registry);
        await registry.close();
      }
    },
  );

  test("where what was used cannot be read, the estimate stands", async () => {
    for (const nonsense of Object.values(NONSENSE)) {
      const tokens = { limit: 100, per: "minute", estimate: 7, used: nonsense as never } as const;
      const { registry } = setUp({ server: { tokens } });
      expect(await registry.call("server")).toBe("an answer");
      expect(registry.stats().limits.at(-1)?.rates[0]?.remaining).toBe(93);
      await registry.close();
    }
  });
});

describe("settings that are wrong", () => {
  const WRONG: readonly unknown[] = [
    null,
    5,
    [],
    { work: 5 },
    { work: [] },
    { "*": null },
    { tenant: null },
    { work: { concurrency: 0 } },
    { work: { concurrency: 1.5 } },
    { work: { concurrency: "4" } },
    { work: { concurency: 4 } },
    { work: { rate: { limit: 0, per: "second" } } },
    { work: { rate: { limit: 5 } } },
    { work: { rate: { limit: 5, per: "second", perMs: 5 } } },
    { work: { rate: { limit: 5, per: "second", kind: "leaky" } } },
    { work: { rate: { limit: 5, per: "second", burst: 5 } } },
    { work: { rate: { limit: 5, per: "day", kind: "fixed", timeZone: "Mars/Olympus" } } },
    { work: { tokens: { limit: 5, per: "second", estimate: 6 } } },
    { work: { tokens: { limit: 5, per: "second", used: "" } } },
    { work: { preset: { provider: "nobody", rpm: 5 } } },
    { work: { preset: { provider: "openai" } } },
    { work: { access: "read" } },
    { work: { key: "" } },
    { work: { key: "file:{path" } },
    { work: { key: 5 } },
    { work: { queue: { max: -1 } } },
    { work: { queue: { onFull: "block" } } },
    { work: { queue: { max: 5, onFull: "wait" } } },
    { work: { queue: { max: 5, high: 6 } } },
    { work: { queue: { timeoutMs: 0 } } },
    { work: { reserved: { "tenant:a": 1 } } },
    { work: { concurrency: 2, reserved: { "tenant:a": 3 } } },
    { work: { concurrency: 2, reserved: { a: 1 } } },
    { work: { concurrency: 2, lend: false, reserved: { "tag:a": 2 } } },
    { work: { adaptive: { min: 9, max: 3 } } },
    { work: { adaptive: true, concurrency: 0 } },
    { work: { breaker: { failures: 0 } } },
    { work: { breaker: { failures: 2, failureRate: 0.5 } } },
    { work: { slowStart: { stepMs: 0 } } },
    { work: { ageingMs: 5 } },
    { work: { weight: 5 } },
    { tenant: { weight: 0 } },
    { tenant: { weight: { a: -1 } } },
    { tenant: { key: "k" } },
    { "tenant:a": { concurrency: 1 } },
    { "tag:": { concurrency: 1 } },
    { "source:": { concurrency: 1 } },
    { "": { concurrency: 1 } },
  ];

  test.each(WRONG.map((limits) => [limits]))(
    "%j is a TypeError at the start, and later, and changes nothing",
    async (limits) => {
      const named = /^limits\b|^Limits\b/;
      expect(() => new ToolRegistry({ limits: limits as never })).toThrow(TypeError);
      const { registry } = setUp({ "*": { concurrency: 7 } });
      expect(() => registry.setLimits(limits as never)).toThrow(TypeError);
      expect(() => registry.setLimits(limits as never)).toThrow(named);
      expect(registry.stats().limits.map(({ limit, concurrency }) => [limit, concurrency])).toEqual(
        [["*", 7]],
      );
      await registry.close();
    },
  );

  test.each([[null], [5], [{}], [["a"]]])("a tenant that is %j is a TypeError", async (tenant) => {
    const { registry, server } = setUp({});
    await expect(registry.call("server", {}, { tenant: tenant as never })).rejects.toThrow(
      new TypeError("`tenant` must be a text; leave it out for none."),
    );
    expect(server.asked).toBe(0);
    await registry.close();
  });

  test("what tools are bound to cannot be changed later", async () => {
    const { registry } = setUp({});
    for (const settings of [{ dedupe: true }, { cache: { ttlMs: 5 } }, { retryBudget: false }]) {
      expect(() => registry.setLimits({ server: settings })).toThrow("cannot be changed later");
    }
    await registry.close();
  });
});
