import { expect, test } from "vitest";
import { StartBackoff } from "./start-backoff.ts";
import type { WorkerExit } from "./worker-transport.ts";

const exit = (signal: string | null = null): WorkerExit => ({
  code: signal === null ? 1 : null,
  signal,
  outOfMemory: false,
  stderrTail: "",
});

test("a pool whose workers start may start as many as it likes", () => {
  const backoff = new StartBackoff();
  expect(backoff.allowance(5, 0)).toBe(Infinity);
  expect(backoff.failed(exit(), 0)).toBe(false);
  expect(backoff.failed(exit(), 0)).toBe(false);
  expect(backoff.allowance(5, 0)).toBe(Infinity);
});

test("after three failures in a row it pauses, then tries one worker at a time, at growing distances", () => {
  const backoff = new StartBackoff();
  backoff.failed(exit(), 0);
  backoff.failed(exit(), 0);
  expect(backoff.failed(exit(), 0)).toBe(true);
  expect(backoff.allowance(0, 249)).toBe(0);
  expect(backoff.retryAfterMs(100)).toBe(150);
  expect(backoff.allowance(0, 250)).toBe(1);
  expect(backoff.allowance(1, 250)).toBe(0);
  expect(backoff.failed(exit(), 300)).toBe(true);
  expect(backoff.retryAfterMs(300)).toBe(500);
  for (let failures = 0; failures < 20; failures += 1) backoff.failed(exit(), 1_000);
  expect(backoff.retryAfterMs(1_000)).toBe(10_000);
});

test("a worker that is ready ends the trouble", () => {
  const backoff = new StartBackoff();
  for (let failures = 0; failures < 5; failures += 1) backoff.failed(exit(), 0);
  expect(backoff.lastExit).toEqual(exit());
  backoff.succeeded();
  expect(backoff.allowance(7, 0)).toBe(Infinity);
  expect(backoff.retryAfterMs(0)).toBe(0);
  expect(backoff.lastExit).toBeUndefined();
});

test("starting workers that somebody kills count for less than those that die by themselves", () => {
  const backoff = new StartBackoff();
  const told = Array.from({ length: 10 }, () => backoff.failed(exit("SIGKILL"), 0));
  expect(told).toEqual([...Array.from({ length: 9 }, () => false), true]);
});
