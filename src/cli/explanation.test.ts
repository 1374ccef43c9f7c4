import { expect, test } from "vitest";
import type { CallTiming, ToolResult } from "../core/tool-result.ts";
import { drawExplanation } from "./explanation.ts";
import type { WatchedLimit } from "./limit-watch.ts";
import { plain } from "./palette.ts";

const LIMIT: WatchedLimit = {
  limit: "search",
  running: 0,
  concurrency: 4,
  queued: 0,
  held: 0,
  oldestWaitMs: 0,
  started: 40,
  refused: 2,
  rates: [],
  closedForMs: 0,
  breaker: undefined,
  tenants: [],
  keys: [],
  peaks: { running: 4, queued: 12, oldestWaitMs: 250.4 },
};

function waited(queuedMs: number, waitedFor: string | undefined): ToolResult {
  const timing: CallTiming = {
    queuedMs,
    runMs: 1,
    transferMs: 0,
    cpuMs: undefined,
    attempts: 1,
    mode: "async",
    workerId: undefined,
    waitedFor,
  };
  return { callId: "c", toolName: "search", status: "ok", output: 1, timing };
}

/** The cells of each row of the tables, and the lines beside them. */
function cells(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !/^[┌├└]/u.test(line))
    .map((line) => line.split("│").flatMap((cell) => cell.trim() || []));
}

test("waits are summed up by what held each call longest, the longest first", () => {
  const results = [
    waited(10, "*"),
    waited(30, "search"),
    waited(50, "search"),
    waited(0.2, undefined),
  ];
  expect(cells(drawExplanation(results, { limits: [], events: [] }, plain))).toEqual([
    ["waited for", "calls", "mean ms", "longest ms", "all ms"],
    ["search", "2", "40", "50", "80"],
    ["*", "1", "10", "10", "10"],
  ]);
});

test("each limit is told with the most that was seen of it, the one most waited at first", () => {
  const everything = {
    ...LIMIT,
    limit: "*",
    concurrency: undefined,
    peaks: { ...LIMIT.peaks, queued: 3 },
  };
  const breaker = { state: "open", failures: 5, retryAfterMs: 1_200 } as const;
  const limits = [everything, { ...LIMIT, breaker }];
  expect(cells(drawExplanation([], { limits, events: [] }, plain))).toEqual([
    ["limit", "most at once", "most waiting", "oldest wait ms", "started", "refused", "circuit"],
    ["search", "4 of 4", "12", "250", "40", "2", "open for 1200 ms"],
    ["*", "4", "3", "250", "40", "2", "-"],
  ]);
});

test.each([
  [0, true],
  [3, false],
])("%i seen waiting and no result of theirs: that nobody waited is said: %j", (queued, isSaid) => {
  const limit = { ...LIMIT, peaks: { ...LIMIT.peaks, queued } };
  const text = drawExplanation([], { limits: [limit], events: [] }, plain);
  expect(text.startsWith("No call waited.\n")).toBe(isSaid);
});

test("what rates leave, what tenants got and what happened have their places", () => {
  const rates = [
    { counts: "requests", kind: "sliding", limit: 60, perMs: 60_000, remaining: 20 },
    { counts: "tokens", kind: "fixed", limit: 9, perMs: 86_400_000, remaining: -3 },
    { counts: "requests", kind: "bucket", limit: 5, perMs: 1_500, remaining: 5 },
  ] as const;
  const tenant = { running: 0, queued: 0, started: 30, share: 0.748 };
  const tenants = [
    { ...tenant, tenant: "pro", weight: 3 },
    { ...tenant, tenant: "", weight: 1, share: 0.252 },
  ];
  const events = [{ type: "limit.congested", at: 0, limit: "search", queued: 12 }] as const;
  const text = drawExplanation([], { limits: [{ ...LIMIT, rates, tenants }], events }, plain);
  expect(cells(text).slice(2)).toEqual([
    ["limit", "counts", "at most", "kind", "left"],
    ["search", "requests", "60 in 1 min", "sliding", "20"],
    ["search", "tokens", "9 in 1 d", "fixed", "-3"],
    ["search", "requests", "5 in 1500 ms", "bucket", "5"],
    ["limit", "tenant", "weight", "started", "share"],
    ["search", "pro", "3", "30", "75 %"],
    ["search", "(none)", "1", "30", "25 %"],
    ["search: congested once"],
  ]);
});

test("shares are left out where nobody said on whose behalf", () => {
  const tenants = [{ tenant: "", weight: 1, running: 0, queued: 0, started: 9, share: 1 }];
  const text = drawExplanation([], { limits: [{ ...LIMIT, tenants }], events: [] }, plain);
  expect(text).not.toContain("share");
});

test("of thousands of limits the busiest are shown", () => {
  const limits = Array.from({ length: 100 }, (_, place) => ({
    ...LIMIT,
    limit: `fetch[${place}]`,
    peaks: { ...LIMIT.peaks, queued: place },
  }));
  const text = drawExplanation([], { limits, events: [] }, plain);
  expect(text).toContain("fetch[99]");
  expect(text).not.toContain("fetch[69]");
  expect(text).toContain("\n… and 70 more\n");
});
