import { describe, expect, test } from "vitest";
import { RING_SLOTS } from "../worker/claims.ts";
import { ToolProfile } from "./tool-profile.ts";

const computing = (ms: number): { runMs: number; busyMs: number } => ({ runMs: ms, busyMs: ms });
const waiting = (ms: number): { runMs: number; busyMs: number } => ({ runMs: ms, busyMs: 0.05 });

describe("the profile of a tool", () => {
  test("gives a tool nobody knows a worker of its own", () => {
    expect(new ToolProfile(64).share).toEqual({ window: 1, concurrency: 1 });
  });

  test("sends more and more short calls at once, up to a bound, and begins one at a time", () => {
    const profile = new ToolProfile(64);
    const windows: number[] = [];
    for (let call = 0; call < 20; call += 1) {
      profile.learn(computing(0.001), true);
      windows.push(profile.share.window);
      expect(profile.share.concurrency).toBe(1);
    }
    expect(windows).toEqual(windows.toSorted((one, other) => one - other));
    expect(windows.at(-1)).toBe(512);
  });

  test("sends long ones one by one, at once when the first long one comes", () => {
    const profile = new ToolProfile(64);
    for (let call = 0; call < 20; call += 1) profile.learn(computing(0.01), true);
    profile.learn(computing(50), true);
    expect(profile.share).toEqual({ window: 1, concurrency: 1 });
  });

  test("keeps its batches when one call in a thousand takes long", () => {
    const profile = new ToolProfile(64);
    for (let call = 0; call < 20; call += 1) profile.learn(computing(0.005), true);
    profile.learn(computing(1.5), true);
    expect(profile.share.window).toBeGreaterThan(1);
    for (let call = 0; call < 80; call += 1) profile.learn(computing(0.005), true);
    expect(profile.share.window).toBeGreaterThan(20);
  });

  test("forgets a single long one in time", () => {
    const profile = new ToolProfile(64);
    profile.learn(computing(50), true);
    for (let call = 0; call < 300; call += 1) profile.learn(computing(0.01), true);
    expect(profile.share.window).toBeGreaterThan(100);
  });

  test("begins many calls at once that wait", () => {
    const profile = new ToolProfile(64);
    profile.learn(waiting(20), true);
    expect(profile.share).toEqual({ window: 64, concurrency: 64 });
  });

  test("learns nothing about waiting from calls that ran beside others", () => {
    const profile = new ToolProfile(64);
    profile.learn(waiting(20), false);
    expect(profile.share.concurrency).toBe(1);
  });

  test("begins many at once from the start when they are known to wait, however short they are", () => {
    const profile = new ToolProfile(64, undefined, { waits: true });
    expect(profile.share).toEqual({ window: 64, concurrency: 64 });
    for (let call = 0; call < 20; call += 1) profile.learn(computing(0.3), true);
    expect(profile.share).toEqual({ window: 64, concurrency: 64 });
    profile.blame();
    profile.learn(computing(0.3), true);
    expect(profile.share).toEqual({ window: 1, concurrency: 1 });
  });

  test("keeps a tool apart that has killed a worker", () => {
    const profile = new ToolProfile(64);
    profile.learn(waiting(20), true);
    profile.blame();
    expect(profile.share).toEqual({ window: 1, concurrency: 1 });
    profile.learn(waiting(20), true);
    expect(profile.share).toEqual({ window: 1, concurrency: 1 });
  });

  test("gives it company again when many calls in a row have ended well, later after each death", () => {
    const profile = new ToolProfile(64);
    const survive = (calls: number): void => {
      for (let call = 0; call < calls; call += 1) profile.learn(computing(0.001), true);
    };
    profile.blame();
    survive(15);
    expect(profile.share.window).toBe(1);
    survive(1);
    expect(profile.share.window).toBeGreaterThan(1);
    profile.blame();
    profile.blame();
    survive(31);
    expect(profile.share.window).toBe(1);
    survive(1);
    expect(profile.share.window).toBeGreaterThan(1);
  });

  test("knows how much of the time they hold their worker its calls compute", () => {
    const profile = new ToolProfile(64);
    expect(profile.computingShare).toBe(1);
    profile.learn({ runMs: 10, cpuMs: 1 }, true);
    expect(profile.computingShare).toBeCloseTo(0.1);
    for (let call = 0; call < 200; call += 1) profile.learn({ runMs: 10, cpuMs: 10 }, true);
    expect(profile.computingShare).toBeCloseTo(1);
  });

  test("never lets more calls wait in a worker than it can be offered", () => {
    const profile = new ToolProfile(1_000_000);
    profile.learn(waiting(20), true);
    expect(profile.share.window).toBe(RING_SLOTS);
  });
});
