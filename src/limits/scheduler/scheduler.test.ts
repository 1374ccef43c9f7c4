import { describe, expect, test } from "vitest";
import { SchedulerStage } from "../../testing/scheduler-stage.ts";

const keysOf = (input: readonly string[] | undefined): readonly string[] => input ?? [];
const other = { name: "other" };
const reader = { name: "reader", annotations: { readOnly: true } };

describe("work goes on:", () => {
  test("who has a slot kept is not held up by who stands in the same line and has none", () => {
    const limits = { concurrency: 3, reserved: { "tenant:x": 2 }, lend: false };
    const stage = new SchedulerStage({ "*": limits, a: { concurrency: 1 } });
    stage.ask({ tool: other, tenant: "y" });
    const first = stage.ask({ tenant: "x" });
    const without = stage.ask({ tenant: "y" });
    const owed = stage.ask({ tenant: "x" });
    stage.release(first);
    expect([without.standing, owed.standing]).toEqual(["waiting", "running"]);
  });

  test("who waits outside of a queue for none comes in when a slot is free", () => {
    const queue = { max: 0, onFull: "block" as const };
    const stage = new SchedulerStage({ "*": { concurrency: 1, queue } });
    const first = stage.ask();
    const waiting = [stage.ask(), stage.ask()];
    stage.release(first);
    expect(waiting.map(({ standing }) => standing)).toEqual(["running", "waiting"]);
    for (const actor of waiting) stage.release(actor);
    expect(stage.all("waiting")).toEqual([]);
  });

  test("what a running attempt waits for does not wait outside for those who wait for its slot", () => {
    const queue = { max: 1, onFull: "block" as const };
    const stage = new SchedulerStage({ "*": { concurrency: 1, queue } });
    const parent = stage.ask();
    stage.ask();
    const [first, second] = [stage.ask({ parent }), stage.ask({ parent })];
    stage.release(first);
    expect(second.standing).toBe("running");
  });

  test("a slow start that begins anew with a window wakes in time", () => {
    const stage = new SchedulerStage({
      "*": { concurrency: 9, rate: { limit: 1, perMs: 5, kind: "fixed" } },
    });
    for (let asked = 0; asked < 12; asked += 1) stage.ask();
    for (let waited = 0; waited < 3_000; waited += 1) {
      stage.advance(1);
      const gate = stage.gate("*");
      const isOpen = gate !== undefined && gate.opensAt(undefined, stage.now) <= stage.now;
      expect(isOpen && stage.all("waiting").length > 0 && stage.all("running").length < 9).toBe(
        false,
      );
      for (const actor of stage.all("running")) stage.release(actor);
    }
    expect(stage.all("waiting")).toEqual([]);
  });
});

describe("order holds:", () => {
  test("limits that change let in who goes next, not who came first", () => {
    const stage = new SchedulerStage({ "*": { concurrency: 1 } });
    stage.ask();
    const [low, high] = [stage.ask({ priority: 1 }), stage.ask({ priority: 0 })];
    stage.change("*", { concurrency: 2 });
    expect([low.standing, high.standing]).toEqual(["waiting", "running"]);
  });

  test("who reads a key is not more urgent because another reads it too", () => {
    const stage = new SchedulerStage({ "*": { concurrency: 1, key: keysOf } });
    const first = stage.ask();
    const high = stage.ask({ tool: reader, input: ["k"], priority: 0 });
    const low = stage.ask({ tool: reader, input: ["k"], priority: 2 });
    const middle = stage.ask({ priority: 1 });
    stage.release(first);
    stage.release(high);
    expect([middle.standing, low.standing]).toEqual(["running", "waiting"]);
  });

  test("who is more urgent for the sake of another keeps that where the least urgent have to go", () => {
    const queue = { max: 3, onFull: "shed-lowest" as const };
    const stage = new SchedulerStage({ "*": { concurrency: 1, key: keysOf, queue } });
    stage.ask({ input: ["k"] });
    const locked = stage.ask({ input: ["k", "l"], priority: 5 });
    const plain = stage.ask({ priority: 3 });
    const behind = stage.ask({ input: ["l"], priority: -5 });
    const newcomer = stage.ask({ priority: 2 });
    const standings = [locked, plain, behind, newcomer].map(({ standing }) => standing);
    expect(standings).toEqual(["waiting", "refused", "waiting", "waiting"]);
  });
});

test("a newcomer under a narrow limit does not wait for all that somebody else asked of a wide one", () => {
  const stage = new SchedulerStage({ "*": { concurrency: 2 }, n: { concurrency: 1 } });
  const n = { name: "n" };
  const holders = [stage.ask({ tool: n, tenant: "A" }), stage.ask({ tenant: "A" })];
  for (let call = 0; call < 50; call += 1) stage.ask({ tenant: "A" });
  stage.ask({ tool: n, tenant: "A" });
  const newcomer = stage.ask({ tool: n, tenant: "B" });
  let releases = 0;
  const running = [...holders];
  while (newcomer.standing === "waiting") {
    const next = running.shift();
    if (next === undefined) break;
    const before = new Set(stage.actors.filter(({ standing }) => standing === "running"));
    stage.advance(1);
    stage.release(next);
    releases += 1;
    running.push(
      ...stage.actors.filter((actor) => actor.standing === "running" && !before.has(actor)),
    );
  }
  expect(newcomer.standing).toBe("running");
  expect(releases).toBeLessThanOrEqual(3);
});

test("who uses a key does not go past those outside who came before and use it as well", () => {
  const stage = new SchedulerStage({
    "*": { concurrency: 4, key: () => "k", queue: { max: 1, onFull: "block" } },
  });
  const [first, second, third, fourth] = [1, 2, 3, 4].map(() => stage.ask());
  const order = [second, third, fourth];
  for (let before = first; before !== undefined; before = order.shift()) {
    expect(before.standing).toBe("running");
    stage.release(before);
  }
});

test("what nested attempts made for themselves goes with the attempt that made them", () => {
  const stage = new SchedulerStage({ tenant: { concurrency: 2 } });
  for (let round = 0; round < 300; round += 1) {
    const tenant = `t${round}`;
    const parent = stage.ask({ tenant });
    const [early, late] = [stage.ask({ tenant, parent }), stage.ask({ tenant, parent })];
    stage.release(early);
    stage.release(parent);
    stage.release(late);
  }
  expect([...stage.scheduler.rules.gates()].length).toBeLessThan(150);
});

test("an attempt runs on its own account again when the one that waited for it has gone", () => {
  const stage = new SchedulerStage({ "*": { concurrency: 1, key: keysOf } });
  const running = stage.ask({ tool: other, tenant: "heavy", input: [] });
  const low = stage.ask({ tenant: "own", input: ["k"], priority: 5 });
  const high = stage.ask({ tenant: "payer", input: ["k"], priority: 0 });
  stage.leave(high);
  stage.release(running);
  expect(low.standing).toBe("running");
  expect(low.call.flow?.tenant).toBe("own");
});

describe("limits that change count those who run:", () => {
  const calls = { name: "calls" };

  test("a new one, so that nobody starts before there are fewer", () => {
    const stage = new SchedulerStage({});
    const running = [1, 2, 3].map(() => stage.ask({ tool: calls }));
    stage.change("calls", { concurrency: 2 });
    const late = stage.ask({ tool: calls });
    const states: string[] = [];
    for (const call of running) {
      states.push(late.standing);
      stage.release(call);
    }
    expect(states).toEqual(["waiting", "waiting", "running"]);
  });

  test("one that was taken off and put back", () => {
    const stage = new SchedulerStage({ calls: { concurrency: 1 } });
    const running = stage.ask({ tool: calls });
    stage.change("calls", undefined);
    stage.change("calls", { concurrency: 1 });
    const late = stage.ask({ tool: calls });
    expect(late.standing).toBe("waiting");
    stage.release(running);
    expect(late.standing).toBe("running");
  });

  test("also in slots that are lent", () => {
    const stage = new SchedulerStage({ "*": { concurrency: 1 } });
    const parent = stage.ask({ tool: calls });
    const child = stage.ask({ tool: calls, parent });
    stage.change("calls", { concurrency: 1 });
    const late = stage.ask({ tool: calls });
    stage.release(child);
    expect(late.standing).toBe("waiting");
    stage.release(parent);
    expect(late.standing).toBe("running");
    stage.release(late);
    for (const gate of stage.scheduler.rules.gates()) expect(gate.running).toBe(0);
  });
});

test("who waits outside is not kept there by those that it is urgent for", () => {
  const stage = new SchedulerStage({
    "*": { concurrency: 1, key: keysOf },
    tenant: { concurrency: 1, queue: { max: 1, onFull: "block" } },
  });
  const running = stage.ask({});
  const low = stage.ask({ input: ["k"], priority: 1 });
  const high = stage.ask({ input: ["k"], tenant: "z" });
  stage.release(running);
  stage.release(low);
  expect(high.standing).toBe("running");
});

test("a nested attempt is not refused for a line that it need not stand in", () => {
  const rate = { limit: 1, perMs: 100 };
  const stage = new SchedulerStage({ "*": { concurrency: 1 }, slow: { rate } });
  const slow = { name: "slow" };
  // What attempts take is known: a second each.
  for (const tool of [other, slow]) {
    const known = stage.ask({ tool });
    stage.advance(1_000);
    stage.release(known);
  }
  const parent = stage.ask({ tool: other });
  for (let call = 0; call < 100; call += 1) stage.ask({ tool: other });
  const expiresAt = stage.now + 5_000;
  const first = stage.ask({ tool: slow, parent, expiresAt });
  stage.release(first);
  const [second, third] = [1, 2].map(() => stage.ask({ tool: slow, parent, expiresAt }));
  expect([second?.standing, third?.standing]).toEqual(["waiting", "waiting"]);
  stage.advance(100);
  expect([second?.standing, third?.standing]).toEqual(["running", "waiting"]);
});
