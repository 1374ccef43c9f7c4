import { expect, test } from "vitest";
import {
  CallContext,
  type CallFacts,
  type CallSurroundings,
  heardProgress,
  lifeOf,
} from "./call-context.ts";
import type { CallLife } from "./call-life.ts";
import type { ToolContext, ToolProgress } from "./tool.ts";

const facts: CallFacts = {
  callId: "call_1",
  attemptId: "7.2",
  attempt: 2,
  toolName: "math.add",
  mode: "thread",
  workerId: "thread-3",
  tenant: "u1",
  idempotencyKey: "key",
  context: { user: "ada" },
};

/** Surroundings of a call that makes no call and reports nothing. */
const quiet: CallSurroundings = {
  makeSignal: () => new AbortController().signal,
  onProgress: () => {},
  onCall: () => Promise.reject(new Error("There is no other tool.")),
  onUsage: () => {},
};

test("it tells the facts of the call as they are", () => {
  const context = new CallContext(facts, quiet);
  expect(Object.keys(facts).map((key) => context[key as keyof CallFacts])).toEqual(
    Object.values(facts),
  );
});

test("the signal is made only when the tool asks for it", () => {
  let made = 0;
  const { signal } = new AbortController();
  const makeSignal = (): AbortSignal => {
    made += 1;
    return signal;
  };
  const context = new CallContext(facts, { ...quiet, makeSignal });
  expect(made).toBe(0);
  expect(context.signal).toBe(signal);
  expect(made).toBe(1);
});

test("its members may be taken apart: the signal is one, and progress still knows its call", () => {
  const told: ToolProgress[] = [];
  const controller = new AbortController();
  const { signal, progress, callId } = new CallContext(facts, {
    ...quiet,
    makeSignal: () => controller.signal,
    onProgress: (update) => told.push(update),
  });
  progress({ progress: 1, total: 3, message: "one of three" });
  controller.abort();
  expect(told).toEqual([{ progress: 1, total: 3, message: "one of three" }]);
  expect(signal.aborted).toBe(true);
  expect(callId).toBe("call_1");
});

test("a call is passed on with an input and options, given or not", async () => {
  const passed: unknown[] = [];
  const onCall: CallSurroundings["onCall"] = async (...all) => passed.push(all);
  const { call } = new CallContext(facts, { ...quiet, onCall });
  expect(await call("a")).toBe(1);
  expect(await call("b", [7], { priority: 1 })).toBe(2);
  expect(passed).toEqual([
    ["a", {}, {}],
    ["b", [7], { priority: 1 }],
  ]);
});

test("a call with wrong options is not passed on, and rejects", async () => {
  const { call } = new CallContext(facts, quiet);
  await expect(call("a", {}, { tenant: "x" } as object)).rejects.toThrow(TypeError);
});

test("usage is passed on as it is reported", () => {
  const reports: unknown[] = [];
  const onUsage: CallSurroundings["onUsage"] = (report) => reports.push(report);
  const { reportUsage } = new CallContext(facts, { ...quiet, onUsage });
  reportUsage(3);
  reportUsage({ tokens: 4 });
  expect(reports).toEqual([3, { tokens: 4 }]);
});

test("the life of a call is that of its surroundings, and no signal is made for it", () => {
  const life: CallLife = { reason: undefined, follow: () => {}, unfollow: () => {} };
  let made = 0;
  const makeSignal = (): AbortSignal => {
    made += 1;
    return new AbortController().signal;
  };
  expect(lifeOf(new CallContext(facts, { ...quiet, makeSignal, life }))).toBe(life);
  expect(made).toBe(0);
});

test("where the surroundings have none, or the context is somebody else's, the signal tells it", () => {
  const signal = AbortSignal.abort("over");
  const own = lifeOf(new CallContext(facts, { ...quiet, makeSignal: () => signal }));
  expect([own.reason, lifeOf({ signal }).reason]).toEqual(["over", "over"]);
});

test("progress that nobody hears is nobody's business, and heard where that is not known", () => {
  const told: ToolProgress[] = [];
  const onProgress = (update: ToolProgress): void => void told.push(update);
  const heard = (isProgressHeard?: boolean): ToolContext["progress"] | undefined =>
    heardProgress(new CallContext(facts, { ...quiet, onProgress, isProgressHeard }));
  expect(heard(false)).toBeUndefined();
  heard(true)?.({ progress: 1 });
  heard()?.({ progress: 2 });
  heardProgress({ progress: onProgress })?.({ progress: 3 });
  expect(told).toEqual([{ progress: 1 }, { progress: 2 }, { progress: 3 }]);
});
