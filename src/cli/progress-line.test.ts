import { expect, test } from "vitest";
import { plain } from "./palette.ts";
import { perSecond, progressLine } from "./progress-line.ts";

const counts = { total: 24, waiting: 2, running: 4, ok: 16, failed: 2 };
const moment = { label: "thread", counts, elapsedMs: 1_500, frame: 2 };

test("says how many are done, failed, running and queued, and how fast", () => {
  expect(progressLine(moment, 120, plain)).toBe(
    "⠹ thread  ━━━━━━━━━━━━━━━━━━────── 18/24 done  2 failed  4 running  2 queued  12 calls/s  1.5 s",
  );
});

test("leaves out what there is not yet", () => {
  const begin = { total: 3, waiting: 3, running: 0, ok: 0, failed: 0 };
  expect(progressLine({ ...moment, counts: begin, elapsedMs: 0, frame: 10 }, 120, plain)).toBe(
    "⠋ thread  ──────────────────────── 0/3 done  0 running  3 queued  0.0 s",
  );
});

test("never wraps, on a terminal of any width", () => {
  for (let columns = 1; columns < 120; columns += 1) {
    expect(progressLine(moment, columns, plain).length).toBeLessThanOrEqual(columns);
  }
});

test("rates have as many digits as mean something", () => {
  expect(perSecond(3, 2_000)).toBe("1.5");
  expect(perSecond(1_000, 333)).toBe("3003");
});
