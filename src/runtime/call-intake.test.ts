import { describe, expect, test } from "vitest";
import type { CallEvent } from "../core/call-event.ts";
import type { ToolCall } from "../core/tool-call.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { Tool } from "../core/tool.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import { BlockableClock, after, codeOf, errorOf, testTool } from "../testing/call-stage.ts";
import type { VirtualClock } from "../testing/virtual-clock.ts";
import { CallIntake } from "./call-intake.ts";
import { type Runtime, createRuntime } from "./create-runtime.ts";
import type { ToolyardEvent } from "./event-hub.ts";
import { SchemaBook } from "./schema-book.ts";

/** An intake over a real runtime on a virtual clock. */
class Scene {
  readonly clock: BlockableClock = new BlockableClock();
  readonly runtime: Runtime;
  readonly intake: CallIntake;

  constructor(tools: (clock: VirtualClock) => readonly Tool[], limits: LimitsOptions = {}) {
    this.runtime = createRuntime({ clock: this.clock, limits });
    this.runtime.catalog.register(tools(this.clock));
    this.intake = new CallIntake(this.runtime, this.runtime.schemas, "auto");
  }

  /** Whether a promise has settled by now. */
  async hasSettled(promise: Promise<unknown>): Promise<boolean> {
    let settled = false;
    const settle = (): void => void (settled = true);
    promise.then(settle, settle);
    await this.clock.advance(0);
    return settled;
  }
}

const slowTools = (clock: VirtualClock): Tool[] => [
  testTool("slow", async ({ ms }: { ms: number }) => {
    await after(clock, ms);
    return ms;
  }),
];

function slowCall(place: number, ms = 100): ToolCall {
  return { id: `call_${place}`, name: "slow", input: { ms } };
}

function slowCalls(count: number, ms = 100): ToolCall[] {
  return Array.from({ length: count }, (_, place) => slowCall(place, ms));
}

/** Calls without end, counted, and whether the source was let go. */
function endlessCalls(ms: number): {
  source: AsyncIterable<ToolCall>;
  pulled: number;
  left: boolean;
} {
  const seen = { pulled: 0, left: false };
  const source = (async function* () {
    try {
      for (;;) yield slowCall(seen.pulled++, ms);
    } finally {
      seen.left = true;
    }
  })();
  return Object.assign(seen, { source });
}

async function readAll(stream: AsyncIterable<CallEvent>): Promise<CallEvent[]> {
  const events: CallEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

function resultsIn(events: readonly CallEvent[]): ToolResult[] {
  return events.flatMap((event) => ("result" in event ? [event.result] : []));
}

describe("running calls", () => {
  test("gives one result per call, in call order, however they end", async () => {
    const { intake, clock } = new Scene(slowTools);
    const running = intake.execute(
      [slowCall(0, 30), { id: "x", name: "nope", input: {} }, slowCall(2, 10)],
      {},
    );
    await clock.advance(30);
    const results = await running;
    expect(
      results.map((result) => (result.status === "ok" ? result.output : codeOf(result))),
    ).toEqual([30, "TOOL_NOT_FOUND", 10]);
  });

  test("of no calls gives no results", async () => {
    const { intake } = new Scene(slowTools);
    expect(await intake.execute([], {})).toEqual([]);
    expect(await intake.executeSource([], {})).toEqual([]);
    expect(await readAll(intake.stream([], {}))).toEqual([]);
  });

  test("from a source gives the results in the order the calls came", async () => {
    const { intake, clock } = new Scene(slowTools, { "*": { concurrency: 2 } });
    const running = intake.executeSource(
      new Set([slowCall(0, 30), slowCall(1, 10), slowCall(2, 5)]),
      {},
    );
    await clock.advance(100);
    expect((await running).map((result) => result.status === "ok" && result.output)).toEqual([
      30, 10, 5,
    ]);
  });

  test("as a stream yields events as they come, and the end when all is over", async () => {
    const { intake, clock } = new Scene(slowTools);
    const reading = readAll(intake.stream([slowCall(0, 30), slowCall(1, 10)], {}));
    await clock.advance(30);
    const events = await reading;
    expect(events.map(({ type, index, at }) => `${type} ${index} at ${at}`)).toEqual([
      "tool.invoked 0 at 0",
      "tool.started 0 at 0",
      "tool.invoked 1 at 0",
      "tool.started 1 at 0",
      "tool.completed 1 at 10",
      "tool.completed 0 at 30",
    ]);
  });

  test("as a stream fails with its source, after the events of the calls before", async () => {
    const { intake, clock } = new Scene(slowTools);
    const broken = new Error("broken source");
    const stream = intake.stream(
      (function* () {
        yield slowCall(0, 10);
        throw broken;
      })(),
      {},
    );
    const events: CallEvent[] = [];
    const reading = (async () => {
      for await (const event of stream) events.push(event);
    })();
    const failing = expect(reading).rejects.toBe(broken);
    await clock.advance(10);
    await failing;
    expect(events.at(-1)?.type).toBe("tool.completed");
  });

  test("numbers calls once per registry, over batches and streams", async () => {
    const { intake, clock, runtime } = new Scene(slowTools);
    const numbers = new Set<number>();
    let invoked = 0;
    runtime.hub.on("tool.invoked", ({ callNumber }) => {
      numbers.add(callNumber);
      invoked += 1;
    });
    const work = [
      intake.execute(slowCalls(3), {}),
      readAll(intake.stream(slowCalls(3), {})),
      intake.executeSource(new Set(slowCalls(3)), {}),
    ];
    await clock.advance(100);
    await Promise.all(work);
    expect([invoked, numbers.size]).toEqual([9, 9]);
  });

  test("tells listeners and the reader of a stream the same events", async () => {
    const { intake, clock, runtime } = new Scene(slowTools);
    const heard: ToolyardEvent[] = [];
    runtime.hub.on("*", (event) => heard.push(event));
    const reading = readAll(intake.stream(slowCalls(2, 5), {}));
    await clock.advance(5);
    expect(heard).toEqual(await reading);
    expect(heard.length).toBe(6);
  });

  test("follows the mode it has when the batch comes, not the one it gets meanwhile", async () => {
    const { intake, clock } = new Scene(slowTools, { slow: { concurrency: 1 } });
    const before = intake.execute(slowCalls(2), {});
    intake.mode = "process";
    const since = await intake.execute(slowCalls(1), {});
    expect(since.map(codeOf)).toEqual(["NOT_PORTABLE"]);
    await clock.advance(200);
    expect((await before).map(codeOf)).toEqual(["ok", "ok"]);
  });

  test("leaves no timer behind", async () => {
    const { intake, clock } = new Scene(slowTools);
    const running = intake.execute(slowCalls(50, 10), { deadlineMs: 1_000 });
    await clock.advance(10);
    await running;
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a stream's reader", () => {
  test("who does not read stops the pulling, and who reads sets it going again", async () => {
    const { intake, clock } = new Scene(slowTools);
    const calls = endlessCalls(0);
    const stream = intake.stream(calls.source, {});
    await clock.advance(1_000);
    const stopped = calls.pulled;
    expect(stopped).toBeLessThan(1_100);
    await clock.advance(1_000);
    expect(calls.pulled).toBe(stopped);

    for (let read = 0; read < 1_100; read += 1) await stream.next();
    await clock.advance(1_000);
    expect(calls.pulled).toBeGreaterThan(stopped);
    await stream.return?.();
  });

  test("who stops cancels what runs and waits, and lets the source go", async () => {
    const { intake, clock, runtime } = new Scene(slowTools, { "*": { concurrency: 1 } });
    const failed: ToolResult[] = [];
    runtime.hub.on("tool.failed", ({ result }) => failed.push(result));
    const calls = endlessCalls(1_000);
    for await (const event of intake.stream(calls.source, {})) {
      if (event.type === "tool.queued") break;
    }
    await clock.advance(0);
    expect(failed.map((result) => errorOf(result).message)).toEqual([
      "The reader of the stream stopped.",
      "The reader of the stream stopped.",
    ]);
    expect([calls.pulled, calls.left]).toEqual([2, true]);
  });
});

/** A tool that says which version of it ran. */
function version(number: number): (clock: VirtualClock) => Tool {
  return (clock) => testTool("slow", () => after(clock, 100).then(() => number));
}

/** What calls gave: an output, or an error code. */
function answers(results: readonly ToolResult[]): string[] {
  return results.map((result) => (result.status === "ok" ? String(result.output) : codeOf(result)));
}

describe("the registry as it was when the batch came", () => {
  test.each<[string, (scene: Scene) => void, string]>([
    ["removed", ({ runtime }) => void runtime.catalog.unregister("slow"), "TOOL_NOT_FOUND"],
    ["switched off", ({ runtime }) => runtime.catalog.disable("slow"), "TOOL_DISABLED"],
    [
      "replaced",
      ({ runtime, clock }) => void runtime.catalog.register([version(2)(clock)], { replace: true }),
      "2",
    ],
  ])(
    "still has the tool that is %s meanwhile, for calls that came in before alone",
    async (_how, change, then) => {
      const scene = new Scene((clock) => [version(1)(clock)], { "*": { concurrency: 1 } });
      const { intake, clock } = scene;
      const source = (async function* () {
        yield slowCall(0);
        await after(clock, 50);
        yield slowCall(1);
      })();
      const before = [intake.execute(slowCalls(2), {}), intake.executeSource(source, {})];
      change(scene);
      const since = intake.execute(slowCalls(1), {});
      await clock.advance(1_000);
      for (const results of before) expect(answers(await results)).toEqual(["1", "1"]);
      expect(answers(await since)).toEqual([then]);
    },
  );
});

function named(...names: readonly string[]): () => Tool[] {
  return () => names.map((name) => testTool(name, () => name));
}

async function call(scene: Scene, name: string): Promise<ToolResult> {
  const [result] = await scene.intake.execute([{ id: "c", name, input: {} }], {});
  if (result === undefined) throw new Error("no result");
  return result;
}

describe("a name", () => {
  test("as a provider was told it finds the tool it stands for", async () => {
    const long = `files.${"deep.".repeat(20)}read`;
    const scene = new Scene(named("math.add", "spotify.play", "a_b", "a.b", long, "grüße"));
    const book = new SchemaBook(scene.runtime.catalog);
    const names = book.namesOf(scene.runtime.catalog.snapshot());
    for (const registered of ["math.add", "spotify.play", "a_b", "a.b", long, "grüße"]) {
      const provider = names.toProvider(registered);
      expect(provider).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      const result = await call(scene, provider);
      expect(result).toMatchObject({ status: "ok", output: registered, toolName: registered });
      expect(result.calledAs).toBe(provider === registered ? undefined : provider);
    }
  });

  test("that is registered is never taken for another's provider name", async () => {
    const scene = new Scene(named("a.b", "a_b"));
    expect(await call(scene, "a_b")).toMatchObject({ output: "a_b" });
    expect(await call(scene, "a.b")).toMatchObject({ output: "a.b" });
  });

  test("that a model was told stays with its tool when that name is registered later", async () => {
    const scene = new Scene(named("a.b"));
    const { catalog, schemas } = scene.runtime;
    const byProgram = async (): Promise<ToolResult | undefined> =>
      (await scene.intake.execute([{ id: "c", name: "a_b", input: {} }], {}, true))[0];
    const names = (): string[] => schemas.schemas("anthropic", {}).map(({ name }) => name);
    expect(names()).toEqual(["a_b"]);
    catalog.register(named("a_b")());
    expect(await call(scene, "a_b")).toMatchObject({ output: "a.b" });
    expect(await byProgram()).toMatchObject({ output: "a_b" });
    const [first, own = ""] = names();
    expect([first, own]).toEqual(["a_b", expect.stringMatching(/^a_b_[0-9a-f]{8}$/)]);
    expect(await call(scene, own)).toMatchObject({ output: "a_b" });
    catalog.unregister("a.b");
    const { code, message } = errorOf(await call(scene, "a_b"));
    expect([code, message]).toEqual([
      "TOOL_NOT_FOUND",
      '"a_b" stands for a.b, and that tool is no longer there.',
    ]);
    expect(names()).toEqual([own]);
    expect(await byProgram()).toMatchObject({ output: "a_b" });
  });

  test("that a model was told goes to no other tool when its own is gone", async () => {
    const scene = new Scene(named("a_b", "a.b"));
    scene.runtime.schemas.schemas("anthropic", { names: ["a_b"] });
    scene.runtime.catalog.unregister("a_b");
    expect(errorOf(await call(scene, "a_b")).code).toBe("TOOL_NOT_FOUND");
    scene.runtime.catalog.register(named("a_b")());
    expect(await call(scene, "a_b")).toMatchObject({ output: "a_b" });
  });

  test("that is unknown suggests what may have been meant", async () => {
    const error = errorOf(
      await call(new Scene(named("get_weather", "get_whether", "move")), "get_wether"),
    );
    expect(error.code).toBe("TOOL_NOT_FOUND");
    expect(error.message).toMatch(
      /^There is no tool "get_wether"\. Did you mean "get_w(ea|he)ther" or/,
    );
    expect(error.details).toEqual({
      closest: expect.arrayContaining(["get_weather", "get_whether"]),
    });
  });

  test("that is like no other suggests nothing", async () => {
    const error = errorOf(await call(new Scene(named("get_weather")), "zzz"));
    expect(error.message).toBe('There is no tool "zzz".');
    expect(error.details).toEqual({ closest: [] });
  });

  test.each([["constructor"], ["__proto__"], ["toString"], [""]])(
    'of "%s" is not found where every object has it',
    async (name) => {
      expect(codeOf(await call(new Scene(named("t")), name))).toBe("TOOL_NOT_FOUND");
    },
  );

  test("of a tool that is switched off is refused with the reason, by its provider name too", async () => {
    const scene = new Scene(named("math.add", "math.sub"));
    scene.runtime.catalog.disable("math.add", "wrong since Tuesday");
    scene.runtime.catalog.disable("math.sub");
    expect(errorOf(await call(scene, "math_add")).message).toBe(
      "math.add is switched off: wrong since Tuesday.",
    );
    const result = await call(scene, "math.sub");
    expect(errorOf(result)).toMatchObject({
      code: "TOOL_DISABLED",
      message: "math.sub is switched off.",
    });
  });
});

describe("drain", () => {
  test("hands back who waits, waits for who runs, and takes nobody in", async () => {
    const scene = new Scene(slowTools, { "*": { concurrency: 2 } });
    const { intake, clock } = scene;
    const calls = slowCalls(5);
    const running = intake.execute(calls, {});
    await clock.advance(10);
    const draining = intake.drain();
    expect(() => intake.execute([], {})).toThrow(/This registry is draining/);
    expect(await scene.hasSettled(draining)).toBe(false);
    await clock.advance(90);
    expect(await draining).toEqual(calls.slice(2));

    const results = await running;
    expect(results.map(codeOf)).toEqual([
      "ok",
      "ok",
      ...calls.slice(2).map(() => "CALL_CANCELLED"),
    ]);
    expect(errorOf(results[4] as ToolResult)).toMatchObject({
      retryable: true,
      details: { handedBack: true },
    });
    expect(await intake.drain()).toEqual([]);
  });

  test("hands back a call that waits to be tried again", async () => {
    const scene = new Scene(() => [
      testTool(
        "flaky",
        () => {
          throw new Error("again");
        },
        { retry: { maximumAttempts: 3 }, annotations: { idempotent: true } },
      ),
    ]);
    const calls = [{ id: "c", name: "flaky", input: {} }];
    const running = scene.intake.execute(calls, {});
    await scene.clock.advance(0);
    const draining = scene.intake.drain();
    await scene.clock.advance(10_000);
    expect(await draining).toEqual(calls);
    expect((await running).map(({ timing }) => timing.attempts)).toEqual([1]);
  });

  test("does not hand back a call that was cancelled or failed by itself", async () => {
    const { intake, clock } = new Scene(slowTools, { "*": { concurrency: 1 } });
    const controller = new AbortController();
    const running = intake.execute(slowCalls(3), { signal: controller.signal });
    controller.abort();
    await clock.advance(0);
    const draining = intake.drain();
    await clock.advance(100);
    expect(await draining).toEqual([]);
    expect((await running).map(codeOf)).toEqual([
      "CALL_CANCELLED",
      "CALL_CANCELLED",
      "CALL_CANCELLED",
    ]);
  });

  test("hands back the same when the registry is closed right after", async () => {
    const { intake, clock } = new Scene(slowTools, { "*": { concurrency: 1 } });
    const calls = slowCalls(3);
    const running = intake.execute(calls, {});
    await clock.advance(0);
    const draining = intake.drain();
    const finishing = intake.finish();
    await clock.advance(100);
    expect(await draining).toEqual(calls.slice(1));
    await Promise.all([running, finishing]);
  });

  test.each(["a stream", "a source"])(
    "ends the pulling of %s, and hands back the call that was pulled and waits",
    async (kind) => {
      const { intake, clock } = new Scene(slowTools, { "*": { concurrency: 2 } });
      const calls = endlessCalls(100);
      const running =
        kind === "a stream"
          ? readAll(intake.stream(calls.source, {})).then(resultsIn)
          : intake.executeSource(calls.source, {});
      await clock.advance(10);
      const draining = intake.drain();
      await clock.advance(90);
      expect(await draining).toEqual([slowCall(2)]);
      expect((await running).map(codeOf).toSorted()).toEqual(["CALL_CANCELLED", "ok", "ok"]);
      expect([calls.pulled, calls.left]).toEqual([3, true]);
    },
  );
});

describe("finish", () => {
  test("waits until every call has its result, also those that wait, and takes nobody in", async () => {
    const scene = new Scene(slowTools, { "*": { concurrency: 1 } });
    const { intake, clock } = scene;
    const running = intake.execute(slowCalls(3), {});
    const finishing = intake.finish();
    expect(() => intake.execute([], {})).toThrow(/This registry is closed/);
    expect(() => intake.executeSource([], {})).toThrow(TypeError);
    expect(() => intake.stream([], {})).toThrow(TypeError);
    await clock.advance(299);
    expect(await scene.hasSettled(finishing)).toBe(false);
    await clock.advance(1);
    expect((await running).map(codeOf)).toEqual(["ok", "ok", "ok"]);
    expect(await scene.hasSettled(finishing)).toBe(true);
    await intake.finish();
  });

  test("resolves at once when nobody is in", async () => {
    await new Scene(slowTools).intake.finish();
  });

  test("pulls a source no further, answering or not, and lets its calls end", async () => {
    const { intake, clock } = new Scene(slowTools, { "*": { concurrency: 2 } });
    const calls = endlessCalls(100);
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const running = [intake.executeSource(calls.source, {}), intake.executeSource(silent, {})];
    await clock.advance(10);
    const finishing = intake.finish();
    await clock.advance(190);
    await finishing;
    const [results, none] = await Promise.all(running);
    expect(results?.map(codeOf)).toEqual(["ok", "ok", "ok"]);
    expect(none).toEqual([]);
    expect(calls.left).toBe(true);
  });

  test("does not wait for a reader who has stopped reading", async () => {
    const { intake, clock } = new Scene(slowTools);
    const stream = intake.stream(endlessCalls(0).source, {});
    await clock.advance(1_000);
    await intake.finish();
    const events = await readAll(stream);
    expect(resultsIn(events).length).toBeGreaterThan(300);
    expect(resultsIn(events).map(codeOf)).not.toContain("CALL_CANCELLED");
  });
});

describe("cancelAll", () => {
  test("cancels what runs and waits, in batches and streams, and takes nobody in", async () => {
    const scene = new Scene(slowTools, { "*": { concurrency: 2 } });
    const { intake, clock } = scene;
    const calls = endlessCalls(100);
    const running = [
      intake.execute(slowCalls(4), {}),
      readAll(intake.stream(calls.source, {})).then(resultsIn),
    ];
    await clock.advance(10);
    intake.cancelAll();
    await clock.advance(0);
    expect(() => intake.execute([], {})).toThrow(/This registry is closed/);
    for (const results of await Promise.all(running)) {
      expect(new Set(results.map((result) => errorOf(result).message))).toEqual(
        new Set(["The registry was destroyed."]),
      );
    }
    expect(calls.left).toBe(true);
    expect(await scene.hasSettled(intake.finish())).toBe(true);
  });

  test("may be called, and waited for, by a reader in the middle of a stream", async () => {
    const { intake, clock } = new Scene(slowTools);
    const reading = (async () => {
      for await (const event of intake.stream(endlessCalls(0).source, {})) {
        if (event.index < 400) continue;
        intake.cancelAll();
        await intake.finish();
        return "out";
      }
      return "never there";
    })();
    await clock.advance(1_000);
    expect(await reading).toBe("out");
  });
});

/** `count` calls of a tool that holds the event loop for `blockedMs` each, and which of them have run. */
function blocking(
  count: number,
  blockedMs: number,
): { scene: Scene; calls: ToolCall[]; ran: number[] } {
  const ran: number[] = [];
  const tool = testTool("block", ({ place }: { place: number }) => {
    ran.push(place);
    scene.clock.block(blockedMs);
  });
  const scene = new Scene(() => [tool]);
  const calls = Array.from({ length: count }, (_, place) => ({
    id: `call_${place}`,
    name: "block",
    input: { place },
  }));
  return { scene, calls, ran };
}

describe("a batch of tools that return no promise", () => {
  test("lets the event loop turn every 5 ms, and after each call that takes longer", async () => {
    for (const [blockedMs, expected] of [
      [1, 5],
      [60, 1],
    ] as const) {
      const { scene, calls, ran } = blocking(20, blockedMs);
      let ranAtFirstTurn = Infinity;
      setImmediate(() => (ranAtFirstTurn = ran.length));
      expect(await scene.intake.execute(calls, {})).toHaveLength(20);
      expect(ranAtFirstTurn).toBe(expected);
    }
  });

  test("ends each call before the next begins", async () => {
    const { scene, calls } = blocking(3, 1);
    const told: [string, number][] = [];
    scene.runtime.hub.on("*", (event) => {
      if ("index" in event) told.push([event.type, event.index]);
    });
    await scene.intake.execute(calls, {});
    expect(told).toEqual(
      [0, 1, 2].flatMap((index) => [
        ["tool.invoked", index],
        ["tool.started", index],
        ["tool.completed", index],
      ]),
    );
  });

  test("is cancelled between two calls: by a tool, and by whoever has a turn", async () => {
    const byTool = blocking(4, 1);
    const controller = new AbortController();
    byTool.scene.runtime.hub.on("tool.completed", ({ index }) => {
      if (index === 1) controller.abort();
    });
    const first = await byTool.scene.intake.execute(byTool.calls, { signal: controller.signal });
    expect(first.map(codeOf)).toEqual(["ok", "ok", "CALL_CANCELLED", "CALL_CANCELLED"]);
    expect(byTool.ran).toEqual([0, 1]);

    const byOther = blocking(4, 60);
    const other = new AbortController();
    setImmediate(() => other.abort());
    const second = await byOther.scene.intake.execute(byOther.calls, { signal: other.signal });
    expect(second.map(codeOf)).toEqual(["ok", ...Array(3).fill("CALL_CANCELLED")]);
    expect(byOther.ran).toEqual([0]);
  });
});
