import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ToolCall } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { CallStage, after, codeOf, testTool } from "../testing/call-stage.ts";
import { Deadline } from "../time/deadline.ts";
import { CallBatch } from "./call-batch.ts";
import { type CallSource, type FeedTarget, feedCalls } from "./feed-calls.ts";

const cancelled = new ToolError("CALL_CANCELLED", "enough");

/** A feed on its way, and what can be seen of it. */
class Feed {
  readonly stage: CallStage;
  readonly batch: CallBatch;
  /** Ends the pulling, and nothing else. */
  readonly pulling: Deadline;
  readonly results: ToolResult[] = [];
  readonly calls: ToolCall[] = [];
  /** How it ended: undefined while it has not. */
  ended: "done" | { readonly thrown: unknown } | undefined;

  constructor(source: CallSource, { concurrency = 2, room = async () => {} }: FeedSettings = {}) {
    this.stage = new CallStage({
      tools: (clock) => [
        testTool("wait", ({ ms }: { ms: number }) => (ms === 0 ? ms : after(clock, ms))),
      ],
      limits: { "*": { concurrency } },
    });
    this.batch = new CallBatch(this.stage.surroundings(), {}, "each");
    this.pulling = new Deadline(this.stage.clock);
    const onResult: FeedTarget["onResult"] = (result, index, call) => {
      expect(this.results[index]).toBeUndefined();
      this.results[index] = result;
      this.calls[index] = call;
    };
    const until = [this.batch.deadline, this.pulling];
    feedCalls(source, { batch: this.batch, until, room, onResult }).then(
      () => (this.ended = "done"),
      (thrown: unknown) => (this.ended = { thrown }),
    );
  }

  pause(ms: number): Promise<void> {
    return after(this.stage.clock, ms);
  }

  advance(ms: number): Promise<void> {
    return this.stage.clock.advance(ms);
  }

  get codes(): string[] {
    return this.results.map(codeOf);
  }
}

interface FeedSettings {
  readonly concurrency?: number;
  readonly room?: () => Promise<void>;
}

function waitCall(number: number, ms: number): ToolCall {
  return { id: `call_${number}`, name: "wait", input: { ms } };
}

/** A source that counts what is pulled from it and knows whether it was let go. */
class CountedSource implements AsyncIterator<unknown, undefined> {
  readonly #next: (place: number) => Promise<unknown> | undefined;
  pulled = 0;
  farewells = 0;

  /** @param next - Gives the item of each place; undefined for the end. */
  constructor(next: (place: number) => Promise<unknown> | undefined) {
    this.#next = next;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    const item = this.#next(this.pulled);
    if (item === undefined) return { done: true, value: undefined };
    this.pulled += 1;
    return { done: false, value: await item };
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.farewells += 1;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function endless(ms: number): CountedSource {
  return new CountedSource(async (place) => waitCall(place, ms));
}

function of(...items: readonly unknown[]): CountedSource {
  return new CountedSource((place) =>
    place < items.length ? Promise.resolve(items[place]) : undefined,
  );
}

const never = new Promise<never>(() => {});

describe("pulling", () => {
  test("goes no further than one call that is not admitted", async () => {
    const source = endless(100);
    const feed = new Feed(source, { concurrency: 3 });
    await feed.advance(99);
    expect(source.pulled).toBe(4);
    expect(feed.results).toEqual([]);
    await feed.advance(1);
    expect(source.pulled).toBe(7);
    expect(feed.codes).toEqual(["ok", "ok", "ok"]);
    feed.batch.cancel(cancelled);
  });

  test("goes no further than there is room", async () => {
    const source = endless(10);
    const { promise, resolve } = Promise.withResolvers<void>();
    const feed = new Feed(source, { concurrency: 100, room: () => promise });
    await feed.advance(50);
    expect(source.pulled).toBe(1);
    resolve();
    await feed.advance(0);
    expect(source.pulled).toBeGreaterThan(50);
    feed.batch.cancel(cancelled);
  });

  test.each<[string, () => CallSource]>([
    ["a list", () => [waitCall(0, 20), waitCall(1, 10), waitCall(2, 0)]],
    ["a set", () => new Set([waitCall(0, 20), waitCall(1, 10), waitCall(2, 0)])],
    [
      "a generator",
      function* () {
        yield* [waitCall(0, 20), waitCall(1, 10), waitCall(2, 0)];
      },
    ],
    ["a list of promises", () => [20, 10, 0].map(async (ms, place) => waitCall(place, ms))],
    ["an async source", () => of(waitCall(0, 20), waitCall(1, 10), waitCall(2, 0))],
  ])("from %s gives each call its place", async (_what, make) => {
    const feed = new Feed(make(), { concurrency: 10 });
    await feed.advance(20);
    expect(feed.ended).toBe("done");
    expect(feed.results.map(({ callId }) => callId)).toEqual(["call_0", "call_1", "call_2"]);
    expect(feed.calls.map(({ id }) => id)).toEqual(["call_0", "call_1", "call_2"]);
    const started = feed.stage.events.filter(({ type }) => type === "tool.invoked");
    expect(started.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  test("passes over blocks that are no calls, in whatever provider's form the calls come", async () => {
    const source = of(
      { type: "text", text: "Let me wait." },
      { type: "tool_use", id: "toolu_1", name: "wait", input: { ms: 0 } },
      { id: "call_2", type: "function", function: { name: "wait", arguments: '{"ms":0}' } },
      { id: "call_3", type: "function", function: { name: "wait", arguments: '{"ms":' } },
    );
    const feed = new Feed(source);
    await feed.advance(0);
    expect(feed.ended).toBe("done");
    expect(feed.results.map(({ callId }) => callId)).toEqual(["toolu_1", "call_2", "call_3"]);
    expect(feed.codes).toEqual(["ok", "ok", "INPUT_INVALID"]);
  });

  test("keeps nothing of a source that never ends", async () => {
    const pulled: WeakRef<object>[] = [];
    const source = new CountedSource(async (place) => {
      if (place === 3_000) return never;
      const call = waitCall(place, 0);
      pulled.push(new WeakRef(call));
      return call;
    });
    const feed = new Feed(source);
    feed.stage.events.push = () => 0;
    await feed.advance(0);
    expect(pulled.length).toBe(3_000);
    feed.calls.length = 0;
    await feed.advance(0);
    await collectGarbage(feed.stage);
    expect(pulled.filter((call) => call.deref() !== undefined).length).toBeLessThan(100);
    feed.batch.cancel(cancelled);
  });
});

async function collectGarbage(stage: CallStage): Promise<void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // References read in a turn are kept until its end.
  await stage.clock.advance(0);
  collect();
}

describe("a source that breaks", () => {
  const broken = new Error("broken source");

  test("is told of after the calls before it have ended", async () => {
    const source = new CountedSource((place) =>
      place < 2 ? Promise.resolve(waitCall(place, 50)) : Promise.reject(broken),
    );
    const feed = new Feed(source, { concurrency: 5 });
    await feed.advance(49);
    expect(feed.ended).toBeUndefined();
    await feed.advance(1);
    expect(feed.ended).toEqual({ thrown: broken });
    expect(feed.codes).toEqual(["ok", "ok"]);
    expect(source.farewells).toBe(0);
  });

  test.each<[string, () => CallSource]>([
    [
      "when it is asked for an iterator",
      () => ({
        [Symbol.iterator]: () => {
          throw broken;
        },
      }),
    ],
    [
      "when it is asked for the first item",
      () => ({
        [Symbol.iterator]: () => ({
          next: () => {
            throw broken;
          },
        }),
      }),
    ],
    ["by a promise in a list", () => [waitCall(0, 0), Promise.reject(broken)]],
  ])("%s is told of", async (_when, make) => {
    const feed = new Feed(make());
    await feed.advance(0);
    expect(feed.ended).toEqual({ thrown: broken });
  });

  test.each([5, "wait", null, undefined, [], { nonsense: true }, new Date(0)])(
    "with %j for a call has a failure in its place, and the calls on either side have their results",
    async (junk) => {
      const source = of(waitCall(0, 30), waitCall(1, 0), junk, waitCall(3, 0));
      const feed = new Feed(source);
      await feed.advance(30);
      expect(feed.ended).toBe("done");
      expect(feed.codes).toEqual(["ok", "ok", "INPUT_INVALID", "ok"]);
      const failed = feed.results[2];
      expect(failed).toMatchObject({ callId: "toolyard_2", toolName: "" });
      expect(failed?.status === "error" && failed.error.message).toMatch(
        /^This cannot be called: Tool call 2 is neither a tool call nor .* Accepted are .*[^.]\.$/u,
      );
      const told = feed.stage.events.filter(({ index }) => index === 2).map(({ type }) => type);
      expect(told).toEqual(["tool.invoked", "tool.failed"]);
    },
  );

  test("with something for a call that cannot even be read fails there alone", async () => {
    const spiked = {
      get type(): string {
        throw broken;
      },
    };
    const feed = new Feed(of(waitCall(0, 0), spiked, waitCall(2, 0)));
    await feed.advance(0);
    expect(feed.ended).toBe("done");
    expect(feed.codes).toEqual(["ok", "INPUT_INVALID", "ok"]);
  });
});

describe("an end to the pulling", () => {
  test("by a cancelled batch ends calls and pulling at once, and lets the source go", async () => {
    const source = endless(100);
    const feed = new Feed(source);
    await feed.advance(10);
    feed.batch.cancel(cancelled);
    await feed.advance(0);
    expect(feed.ended).toBe("done");
    expect(feed.codes).toEqual(["CALL_CANCELLED", "CALL_CANCELLED", "CALL_CANCELLED"]);
    expect(source.farewells).toBe(1);
  });

  test("does not wait for a source that never answers", async () => {
    const source = new CountedSource((place) =>
      place === 0 ? Promise.resolve(waitCall(0, 0)) : never,
    );
    const feed = new Feed(source);
    await feed.advance(5);
    expect(feed.ended).toBeUndefined();
    feed.batch.cancel(cancelled);
    await feed.advance(0);
    expect(feed.ended).toBe("done");
    expect(feed.codes).toEqual(["ok"]);
    expect(source.farewells).toBe(1);
  });

  test("does not wait for a reader who makes no room", async () => {
    const feed = new Feed(endless(0), { room: () => never });
    await feed.advance(0);
    expect(feed.ended).toBeUndefined();
    feed.batch.cancel(cancelled);
    await feed.advance(0);
    expect(feed.ended).toBe("done");
  });

  test("that is no cancelling lets the calls that were pulled go on", async () => {
    const source = endless(100);
    const feed = new Feed(source);
    await feed.advance(10);
    feed.pulling.end(cancelled);
    await feed.advance(89);
    expect(feed.ended).toBeUndefined();
    await feed.advance(1_000);
    expect(feed.ended).toBe("done");
    expect(feed.codes).toEqual(["ok", "ok", "ok"]);
    expect(source.pulled).toBe(3);
    expect(source.farewells).toBe(1);
  });

  test("that came before the first call pulls nothing", async () => {
    const source = endless(0);
    const feed = new Feed(source);
    feed.pulling.end(cancelled);
    feed.batch.cancel(cancelled);
    await feed.advance(0);
    expect(feed.ended).toBe("done");
    expect(source.pulled).toBeLessThanOrEqual(1);
  });

  test.each<[string, object]>([
    ["cannot say farewell", {}],
    [
      "throws at its farewell",
      {
        return: () => {
          throw new Error("rude");
        },
      },
    ],
    ["rejects at its farewell", { return: async () => Promise.reject(new Error("rude")) }],
    ["never finishes its farewell", { return: () => never }],
  ])("ends all the same when the source %s", async (_how, farewell) => {
    const feed = new Feed({
      [Symbol.asyncIterator]: () => ({ next: () => never, ...farewell }),
    } as CallSource);
    await feed.advance(0);
    feed.batch.cancel(cancelled);
    await feed.advance(0);
    expect(feed.ended).toBe("done");
  });
});

const item = fc.oneof(
  { weight: 6, arbitrary: fc.record({ call: fc.integer({ min: 0, max: 30 }) }) },
  { weight: 1, arbitrary: fc.constant("text" as const) },
  { weight: 2, arbitrary: fc.record({ pauseMs: fc.integer({ min: 0, max: 30 }) }) },
);
const ending = fc.constantFrom("end", "throw", "never", "junk");

test("whatever a source does, each call pulled has one result, in its place", async () => {
  const property = fc.asyncProperty(
    fc.array(item, { maxLength: 25 }),
    ending,
    fc.record({
      concurrency: fc.integer({ min: 1, max: 4 }),
      stopAtMs: fc.integer({ min: 0, max: 300 }),
      stop: fc.constantFrom("batch", "pulling"),
    }),
    async (items, end, { concurrency, stopAtMs, stop }) => {
      let pulled = 0;
      let junk = 0;
      let feed: Feed | undefined;
      const source = (async function* () {
        for (const one of items) {
          if (one === "text") yield { type: "text", text: "so" };
          else if ("pauseMs" in one) await feed?.pause(one.pauseMs);
          else yield waitCall(pulled++, one.call);
        }
        if (end === "throw") throw new Error("broken source");
        if (end === "junk") {
          junk = 1;
          yield 5;
        }
        if (end === "never") await never;
      })();
      feed = new Feed(source, { concurrency });
      for (let now = 0; now < stopAtMs; now += 10) {
        await feed.advance(10);
        const admitted = feed.stage.executor.attempts.length;
        expect(pulled - admitted).toBeLessThanOrEqual(1);
      }
      const hadEnded = feed.ended;
      if (stop === "batch") feed.batch.cancel(cancelled);
      else feed.pulling.end(cancelled);
      await feed.advance(1_000);

      expect(feed.ended).toBeDefined();
      expect(feed.results.map(({ callId }) => callId)).toEqual(
        feed.results.map((_, place) => (place < pulled ? `call_${place}` : `toolyard_${place}`)),
      );
      // One that was on its way out when the pulling ended was not taken in.
      expect(pulled - feed.results.length).toBeLessThanOrEqual(1);
      if (hadEnded !== undefined) expect(feed.results.length).toBe(pulled + junk);
      const last = feed.stage.events.filter(({ type }) => /completed|failed/.test(type));
      expect(last.length).toBe(feed.results.length);
      feed.batch.close();
      expect(feed.stage.limiter.held).toBe(0);
    },
  );
  await fc.assert(property, { numRuns: 120 });
});
