import { expect, test } from "vitest";
import { SchedulerStage } from "../../testing/scheduler-stage.ts";
import { plainKey } from "./key-uses.ts";

const limits = { "*": { concurrency: 9, key: (input: readonly string[]) => input } };
const reader = { name: "reader", annotations: { readOnly: true } };

test("a key that is held above is shared with those nested below, who take turns", () => {
  const stage = new SchedulerStage(limits);
  const parent = stage.ask({ input: ["k"] });
  const [first, second] = [
    stage.ask({ input: ["k"], parent }),
    stage.ask({ input: ["k"], parent }),
  ];
  const stranger = stage.ask({ input: ["k"] });
  expect([first, second, stranger].map(({ standing }) => standing)).toEqual([
    "running",
    "waiting",
    "waiting",
  ]);
  stage.release(first);
  expect([second.standing, stranger.standing]).toEqual(["running", "waiting"]);
  expect(second.held[0]).toBe("k");
  const keys = [...stage.scheduler.locks.values()].map(({ key }) => key);
  expect(keys.map(plainKey)).toEqual(["k", "k"]);
});

test("who reads above cannot be followed by one that writes below", () => {
  const stage = new SchedulerStage(limits);
  const parent = stage.ask({ tool: reader, input: ["k"] });
  const nested = stage.ask({ input: ["k"], parent });
  expect(nested.refusal?.code).toBe("PERMISSION_DENIED");
  expect(stage.ask({ tool: reader, input: ["k"], parent }).standing).toBe("running");
});

test("a key named by several limits is one, and written when any of them says so", () => {
  const key = "k";
  const stage = new SchedulerStage({
    "*": { concurrency: 9, key },
    reader: { key, access: "write" },
  });
  stage.ask({ tool: reader });
  expect(stage.ask({ tool: reader }).standing).toBe("waiting");
});

test("a key that is written like one within an attempt is a key like any other", () => {
  const stage = new SchedulerStage(limits);
  stage.ask({ input: ["k"] });
  const parent = stage.ask({ input: ["k\u0000z"] });
  expect(stage.ask({ input: ["k"], parent }).standing).toBe("waiting");
});
