import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { Deadline } from "../../time/deadline.ts";
import type { LimitsOptions } from "../limit-options.ts";
import type { Permit } from "../limiter.ts";
import { SchedulingLimiter } from "../scheduling-limiter.ts";

type Ask = (
  input: unknown,
  tenant?: string,
  more?: { readonly name?: string; readonly priority?: number },
) => Permit | Promise<Permit>;

function setUp(limits: LimitsOptions): {
  readonly limiter: SchedulingLimiter;
  readonly ask: Ask;
} {
  const clock = new VirtualClock();
  const limiter = new SchedulingLimiter({ limits, clock });
  const ask: Ask = (input, tenant, { name = "a", priority = 0 } = {}) =>
    limiter.acquire({
      tool: { name },
      input,
      priority,
      tenant,
      askedAt: clock.now(),
      deadline: new Deadline(clock),
      parent: undefined,
      onWait: () => {},
    });
  return { limiter, ask };
}

const keys = (input: unknown): readonly string[] => input as readonly string[];

test("a key with a line break is no list of other keys", () => {
  const { limiter, ask } = setUp({ a: { concurrency: 1, key: keys as never } });
  void ask(["x", "y"]);
  expect(ask(["x]\na[y"])).not.toBeInstanceOf(Promise);
  expect(limiter.stats().find(({ limit }) => limit === "a[x]\na[y]")).toMatchObject({ running: 1 });
});

test("a tenant with an empty name is not nobody", () => {
  const { ask } = setUp({
    a: { concurrency: 5, key: keys as never },
    tenant: { concurrency: 1 },
  });
  void ask(["x"]);
  void ask(["x"], "");
  expect(ask(["x"], "")).toBeInstanceOf(Promise);
});

test("flows whose attempts wait for a key are kept, however many there are", async () => {
  const { limiter, ask } = setUp({ "*": { concurrency: 1 }, a: { key: "k" } });
  const first = ask([], "tenant 0");
  const others = Array.from({ length: 200 }, async (_, place) => ask([], `tenant ${place + 1}`));
  const urgent = ask([], "other", { name: "b", priority: -1 });
  // The second has the key now, and waits for the slot that the urgent one took.
  (first as Permit).release("success");
  await urgent;
  expect(limiter.stats()[0]).toMatchObject({ running: 1, queued: 200, held: 1 });
  limiter.close(new ToolError("CALL_CANCELLED", "Enough."));
  const told = await Promise.allSettled(others);
  expect(told.filter(({ status }) => status === "rejected").length).toBe(200);
});
