import { expect, test } from "vitest";
import { SchedulerStage } from "../../testing/scheduler-stage.ts";

const limits = { "*": { concurrency: 1 } };

test("nested calls run in the slot of who makes them, one at a time, to any depth", () => {
  const stage = new SchedulerStage(limits);
  let parent = stage.ask();
  for (let depth = 0; depth < 5; depth += 1) parent = stage.ask({ parent });
  expect([stage.all("running").length, stage.gate("*")?.running]).toEqual([6, 1]);
  const [first] = stage.actors;
  const beside = stage.ask({ parent: first });
  expect(beside.standing).toBe("waiting");
  for (const actor of stage.all("running").toReversed().slice(0, 5)) stage.release(actor);
  expect(beside.standing).toBe("running");
});

test("a nested call that is left behind keeps the slot, which is free when it ends", () => {
  const stage = new SchedulerStage(limits);
  const parent = stage.ask();
  const nested = stage.ask({ parent });
  const waiting = stage.ask();
  stage.release(parent);
  expect([waiting.standing, stage.gate("*")?.running]).toEqual(["waiting", 1]);
  stage.release(nested);
  expect(waiting.standing).toBe("running");
});

test("a call between two that ends passes the slot on to the one above", () => {
  const stage = new SchedulerStage(limits);
  const top = stage.ask();
  const middle = stage.ask({ parent: top });
  const bottom = stage.ask({ parent: middle });
  const waiting = stage.ask({ parent: top });
  stage.release(middle);
  expect(waiting.standing).toBe("waiting");
  stage.release(bottom);
  expect([waiting.standing, stage.gate("*")?.running]).toEqual(["running", 1]);
});

test("a slot of one limit is not lent where the caller has none", () => {
  const stage = new SchedulerStage({ "*": { concurrency: 9 }, b: { concurrency: 1 } });
  const parent = stage.ask();
  stage.ask({ tool: { name: "b" } });
  expect(stage.ask({ tool: { name: "b" }, parent }).held).toEqual(["b"]);
});
