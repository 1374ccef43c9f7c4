import { expect, test } from "vitest";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { Deadline } from "../../time/deadline.ts";
import type { LimitsOptions } from "../limit-options.ts";
import { SchedulingLimiter } from "../scheduling-limiter.ts";

const COUNT = 1_000;

function setUp(limits: LimitsOptions) {
  const clock = new VirtualClock();
  const limiter = new SchedulingLimiter({ limits, clock });
  const ask = (name: string, number: number): void =>
    void limiter.acquire({
      tool: { name },
      input: { to: number },
      priority: 0,
      tenant: `u${number}`,
      askedAt: clock.now(),
      deadline: new Deadline(clock),
      parent: undefined,
      onWait: () => {},
    });
  return { clock, limiter, ask };
}

test.each<[string, LimitsOptions, string, string]>([
  ["tenants", { tenant: { concurrency: 1 } }, "tenant:…", "tenant:u700"],
  ["keys", { fetch: { concurrency: 1, key: "{to}" } }, "fetch[…]", "fetch[700]"],
])("of a thousand %s the busiest are told, and the others as a sum", async (...given) => {
  const [, limits, others, busiest] = given;
  const { clock, limiter, ask } = setUp({ "*": { concurrency: 10_000 }, ...limits });
  for (let number = 0; number < COUNT; number += 1) ask("fetch", number);
  ask("fetch", 3);
  await clock.advance(40);
  for (let again = 0; again < 3; again += 1) ask("fetch", 700);
  for (let number = 0; number < COUNT; number += 1) ask("fetch", number);
  const [everything, ...told] = limiter.stats();
  expect(everything).toMatchObject({ limit: "*", running: COUNT });
  expect(told).toHaveLength(101);
  expect(told[0]).toMatchObject({ limit: busiest, running: 1, queued: 4, held: 4 });
  expect(told[0]?.sumOf).toBeUndefined();
  expect(told[1]).toMatchObject({ queued: 2, oldestWaitMs: 40 });
  expect(told[100]).toEqual({
    limit: others,
    sumOf: 900,
    running: 900,
    concurrency: undefined,
    queued: 900,
    held: 900,
    oldestWaitMs: 0,
    started: 900,
    refused: 0,
    rates: [],
    closedForMs: 0,
    breaker: undefined,
    tenants: [],
    keys: [],
  });
});

test("a hundred are told one by one, in the order in which they came", () => {
  const { limiter, ask } = setUp({ tenant: { concurrency: 1 } });
  for (let number = 0; number < 100; number += 1) ask("fetch", number);
  ask("fetch", 50);
  expect(limiter.stats().map(({ limit }) => limit)).toEqual([
    "*",
    ...Array.from({ length: 100 }, (_, number) => `tenant:u${number}`),
  ]);
});
