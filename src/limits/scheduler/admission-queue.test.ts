import { expect, test } from "vitest";
import { SchedulerStage } from "../../testing/scheduler-stage.ts";
import type { QueueOptions } from "../limit-options.ts";

function full(onFull: NonNullable<QueueOptions["onFull"]>): SchedulerStage {
  const stage = new SchedulerStage({ "*": { concurrency: 1, queue: { max: 2, onFull } } });
  stage.ask();
  stage.ask({ priority: 2 });
  stage.ask({ priority: 1 });
  return stage;
}

const standings = ({ actors }: SchedulerStage): string[] => actors.map(({ standing }) => standing);

test("reject: the newcomer goes, and nobody else is touched", () => {
  const stage = full("reject");
  expect(stage.ask({ priority: -9 }).refusal?.code).toBe("QUEUE_FULL");
  expect(standings(stage)).toEqual(["running", "waiting", "waiting", "refused"]);
});

test("drop-oldest: the one that has waited longest goes", () => {
  const stage = full("drop-oldest");
  stage.ask({ priority: 9 });
  expect(standings(stage)).toEqual(["running", "refused", "waiting", "waiting"]);
});

test("shed-lowest: the least urgent goes, and that may be the newcomer", () => {
  const stage = full("shed-lowest");
  stage.ask({ priority: 0 });
  stage.ask({ priority: 9 });
  expect(standings(stage)).toEqual(["running", "refused", "waiting", "waiting", "refused"]);
});

test("block: who comes waits outside, and comes in as others start, in order", () => {
  const stage = full("block");
  const outside = [stage.ask({ priority: 5 }), stage.ask({ priority: 0 })];
  expect([stage.gate("*")?.queued, stage.gate("*")?.outside.size]).toEqual([2, 2]);
  const [first] = stage.actors;
  if (first !== undefined) stage.release(first);
  expect([stage.gate("*")?.queued, stage.gate("*")?.outside.size]).toEqual([2, 1]);
  for (const actor of outside) stage.leave(actor);
  expect([stage.gate("*")?.queued, stage.gate("*")?.outside.size]).toEqual([1, 0]);
});

test("one victim makes room at all limits it waits for", () => {
  const queue = { max: 1, onFull: "drop-oldest" as const };
  const stage = new SchedulerStage({
    "*": { concurrency: 1, queue },
    a: { concurrency: 9, queue },
  });
  stage.ask();
  const [old, next] = [stage.ask(), stage.ask()];
  expect([old.standing, next.standing]).toEqual(["refused", "waiting"]);
  expect([stage.gate("*")?.refused, stage.gate("a")?.queued]).toEqual([1, 1]);
});
