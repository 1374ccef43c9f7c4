import { expect, test } from "vitest";
import type { LimitEvent } from "../core/limit-event.ts";
import { summarizeEvents } from "./limit-events.ts";

const at = 0;

test("what happened to a limit several times is one sentence", () => {
  const reason = "the server asked to wait";
  const events: LimitEvent[] = [
    { type: "limit.closed", at, limit: "llm", forMs: 3_000, reason },
    { type: "limit.opened", at, limit: "llm" },
    { type: "limit.closed", at, limit: "llm", forMs: 500, reason },
    { type: "circuit.opened", at, limit: "search", reason: "a call failed", retryAfterMs: 9 },
    { type: "circuit.half-opened", at, limit: "search" },
    { type: "circuit.closed", at, limit: "search" },
    { type: "limit.congested", at, limit: "llm", queued: 9 },
    { type: "limit.relieved", at, limit: "llm", queued: 4 },
    { type: "limit.changed", at, limit: "*" },
  ];
  expect(summarizeEvents(events)).toEqual([
    "llm: closed 2 times, for up to 3000 ms: the server asked to wait",
    "llm: congested once",
    "search: circuit opened once: a call failed",
    "*: settings changed once",
  ]);
});

test("an adaptive concurrency is told with its range, and why it was lowered", () => {
  const moves = [
    [16, 11, "overload"],
    [11, 7, "overload"],
    [7, 8, "used"],
  ] as const;
  const events = moves.map(([from, to, reason]): LimitEvent => ({
    type: "limit.adapted",
    at,
    limit: "db",
    from,
    to,
    reason,
  }));
  expect(summarizeEvents(events)).toEqual([
    "db: concurrency from 16 to 8, between 7 and 16; lowered 2× for overload",
  ]);
  expect(summarizeEvents(events.slice(2))).toEqual([
    "db: concurrency from 7 to 8, between 7 and 8",
  ]);
});

test("names and reasons cannot move the terminal's cursor", () => {
  const events: LimitEvent[] = [
    { type: "circuit.opened", at, limit: "a\u001b[2J", reason: "x\ny", retryAfterMs: 1 },
  ];
  expect(summarizeEvents(events)).toEqual(["a\\u001b[2J: circuit opened once: x y"]);
});
