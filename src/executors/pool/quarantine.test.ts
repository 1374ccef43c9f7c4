import { expect, test } from "vitest";
import { Quarantine } from "./quarantine.ts";

/** A tool that has just been quarantined, at time 0. */
function quarantined(): Quarantine {
  const quarantine = new Quarantine(3);
  for (let deaths = 0; deaths < 3; deaths += 1) quarantine.died("exit code 1", 0);
  return quarantine;
}

test("two deaths in a row are borne", () => {
  const quarantine = new Quarantine(3);
  expect(quarantine.died("a", 0)).toBe(0);
  expect(quarantine.died("b", 0)).toBe(0);
  expect(quarantine.refusal("t", 0)).toBeUndefined();
  quarantine.lived();
  expect(quarantine.died("c", 0)).toBe(0);
  expect(quarantine.isOn).toBe(false);
});

test("after the third, calls are refused with how the last worker died and when to try again", () => {
  const refusal = quarantined().refusal("shell", 400);
  expect(refusal).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 600, retryable: true });
  expect(refusal?.message).toContain("shell has ended 3 workers in a row");
  expect(refusal?.message).toContain("exit code 1");
});

test("one call at a time is let through as a probe when the rest is over", () => {
  const quarantine = quarantined();
  expect(quarantine.refusal("t", 1_000)).toBeUndefined();
  expect(quarantine.refusal("t", 1_000)).toMatchObject({ code: "CIRCUIT_OPEN", retryAfterMs: 100 });
  quarantine.abandonProbe();
  expect(quarantine.refusal("t", 1_000)).toBeUndefined();
});

test("a probe that lives ends the quarantine", () => {
  const quarantine = quarantined();
  quarantine.refusal("t", 1_000);
  expect(quarantine.lived()).toBe(true);
  expect(quarantine.lived()).toBe(false);
  expect(quarantine.refusal("t", 1_000)).toBeUndefined();
});

test("a probe that dies makes the rest twice as long, up to a minute", () => {
  const quarantine = quarantined();
  quarantine.refusal("t", 1_000);
  expect(quarantine.died("again", 1_000)).toBe(2_000);
  expect(quarantine.refusal("t", 2_999)).toMatchObject({ retryAfterMs: 100 });
  expect(quarantine.refusal("t", 3_000)).toBeUndefined();
  const rests = Array.from({ length: 10 }, (_, probe) =>
    quarantine.died("again", 3_000 + probe * 60_000),
  );
  expect(rests.at(-1)).toBe(60_000);
});

test("calls that had begun before it do not make the rest longer when they die", () => {
  const quarantine = quarantined();
  expect(quarantine.died("late", 10)).toBe(0);
  expect(quarantine.died("later", 999)).toBe(0);
  expect(quarantine.refusal("t", 999)?.message).toContain("later");
  expect(quarantine.refusal("t", 1_000)).toBeUndefined();
});

test("a tool that has mended is quarantined again as if for the first time", () => {
  const quarantine = quarantined();
  quarantine.lived();
  expect([quarantine.died("a", 1), quarantine.died("b", 1)]).toEqual([0, 0]);
  expect(quarantine.died("c", 1)).toBe(1_000);
});
