import { expect, test } from "vitest";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { Deadline } from "../../time/deadline.ts";
import type { Permit } from "../limiter.ts";
import { SchedulingLimiter } from "../scheduling-limiter.ts";

test("a tool that first comes while a nested attempt stands for a line makes that one move once", async () => {
  const clock = new VirtualClock();
  const limiter = new SchedulingLimiter({
    limits: { "*": { concurrency: 1 }, "tag:x": { concurrency: 5 }, inner: { concurrency: 5 } },
    clock,
  });
  const ask = (name: string, parent?: Permit): Permit | Promise<Permit> =>
    limiter.acquire({
      tool: { name, tags: name === "outer" ? [] : ["x"] },
      input: undefined,
      priority: 0,
      tenant: undefined,
      askedAt: clock.now(),
      deadline: new Deadline(clock),
      parent,
      onWait: () => {},
    });
  const outer = ask("outer") as Permit;
  const first = ask("inner", outer) as Permit;
  const second = ask("inner", outer);
  // Until now, all that had the tag were called `inner`.
  const other = ask("other");
  first.release("success");
  (await second).release("success");
  outer.release("success");
  (await other).release("success");
  expect(limiter.stats().map(({ running, queued }) => running + queued)).toEqual([0, 0, 0]);
});
