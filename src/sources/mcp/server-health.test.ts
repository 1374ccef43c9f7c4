import { expect, test } from "vitest";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { type HealthParts, ServerHealth } from "./server-health.ts";

interface Stage {
  readonly clock: VirtualClock;
  readonly health: ServerHealth;
  readonly pings: { readonly signal: AbortSignal; answer(isAlive: boolean): void }[];
  hung: number;
}

function stage(settings: Partial<HealthParts> = {}): Stage {
  const clock = new VirtualClock();
  const pings: Stage["pings"] = [];
  const ping = (signal: AbortSignal): Promise<boolean> =>
    new Promise((answer) => pings.push({ signal, answer }));
  const onHung = (): void => void (set.hung += 1);
  const parts = { clock, intervalMs: 100, timeoutMs: 30, isBusy: () => false, ping, onHung };
  const set: Stage = { clock, health: new ServerHealth({ ...parts, ...settings }), pings, hung: 0 };
  set.health.start();
  return set;
}

test("a silent server is asked after the interval, and again after the next", async () => {
  const { clock, pings } = stage();
  await clock.advance(99);
  expect(pings.length).toBe(0);
  await clock.advance(1);
  expect(pings.length).toBe(1);
  pings[0]?.answer(true);
  await clock.advance(99);
  expect(pings.length).toBe(1);
  await clock.advance(1);
  expect(pings.length).toBe(2);
});

test("a server that was heard is asked when it has been silent for the whole interval", async () => {
  const { clock, health, pings } = stage();
  await clock.advance(60);
  health.heard();
  await clock.advance(99);
  expect(pings.length).toBe(0);
  await clock.advance(1);
  expect(pings.length).toBe(1);
});

test("one that does not answer in time hangs, and the question is taken back", async () => {
  const set = stage();
  await set.clock.advance(100);
  const alive = set.health.check();
  await set.clock.advance(29);
  expect(set.hung).toBe(0);
  await set.clock.advance(1);
  expect(set.hung).toBe(1);
  expect(await alive).toBe(false);
  expect(set.pings.length).toBe(1);
  expect(set.pings[0]?.signal.aborted).toBe(true);
});

test("whatever it sends meanwhile shows that it lives", async () => {
  const set = stage();
  const alive = set.health.check();
  set.health.heard();
  expect(await alive).toBe(true);
  await set.clock.advance(99);
  expect(set.hung).toBe(0);
  set.pings[0]?.answer(false);
  expect(set.hung).toBe(0);
});

test("a busy server is not asked by itself, but when it is suspected", async () => {
  const set = stage({ isBusy: () => true });
  await set.clock.advance(1_000);
  expect(set.pings.length).toBe(0);
  const alive = set.health.check();
  set.pings[0]?.answer(true);
  expect(await alive).toBe(true);
});

test("with an interval of Infinity, and once closed, it is never asked and no timer is left", async () => {
  const never = stage({ intervalMs: Infinity });
  expect(never.clock.pendingTimers).toBe(0);
  const set = stage();
  const alive = set.health.check();
  set.health.close();
  expect(await alive).toBe(false);
  expect(await set.health.check()).toBe(false);
  await set.clock.advance(1_000);
  expect(set.pings.length).toBe(1);
  expect(set.hung).toBe(0);
  expect(set.clock.pendingTimers).toBe(0);
});
