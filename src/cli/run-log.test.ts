import { describe, expect, test } from "vitest";
import type { CallEvent } from "../core/call-event.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import { ToolError } from "../core/tool-error.ts";
import type { CallTiming, ToolResult } from "../core/tool-result.ts";
import { RunLog } from "./run-log.ts";

const BEGIN = 1_700_000_000_000;

type Body = CallEvent extends infer Event
  ? Event extends CallEvent
    ? Omit<Event, "at" | "callNumber" | "index" | "callId" | "toolName">
    : never
  : never;

/** An event of call `index`, `atMs` after the run's begin. */
function event(index: number, atMs: number, body: Body): CallEvent {
  const base = { at: BEGIN + atMs, callNumber: index + 1, index, callId: `c${index}` };
  return { ...base, toolName: `tool_${index}`, ...body };
}

function started(mode: "async" | "thread", workerId?: string, attempt = 1): Body {
  return { type: "tool.started", attempt, attemptId: `1.${attempt}`, mode, workerId };
}

function ended(timing: Partial<CallTiming>, code?: ErrorCode): Body {
  const whole = {
    queuedMs: 0,
    runMs: 0,
    transferMs: 0,
    cpuMs: undefined,
    attempts: 1,
    mode: "async",
    workerId: undefined,
  } as const;
  const base = {
    callId: "c",
    toolName: "t",
    timing: { ...whole, waitedFor: undefined, ...timing },
  };
  return code === undefined
    ? { type: "tool.completed", result: { ...base, status: "ok", output: null } }
    : {
        type: "tool.failed",
        result: { ...base, status: "error", error: new ToolError(code, "no") },
      };
}

function logOf(events: readonly CallEvent[], total = 3): RunLog {
  const log = new RunLog(total);
  for (const each of events) log.hear(each);
  return log;
}

describe("counts", () => {
  test("follow each call from waiting to its end", () => {
    const log = new RunLog(3);
    expect(log.counts).toEqual({ total: 3, waiting: 3, running: 0, ok: 0, failed: 0 });

    log.hear(event(0, 0, { type: "tool.invoked" }));
    log.hear(event(0, 0, started("async")));
    log.hear(event(1, 1, started("async")));
    expect(log.counts).toEqual({ total: 3, waiting: 1, running: 2, ok: 0, failed: 0 });

    log.hear(event(0, 5, ended({ runMs: 5 })));
    log.hear(event(1, 6, ended({ runMs: 5 }, "TOOL_FAILED")));
    log.hear(event(2, 7, ended({ attempts: 0 }, "INPUT_INVALID")));
    expect(log.counts).toEqual({ total: 3, waiting: 0, running: 0, ok: 1, failed: 2 });
  });

  test("a call that waits for another attempt is not running", () => {
    const error = new ToolError("TOOL_FAILED", "no");
    const log = logOf([
      event(0, 0, started("async")),
      event(0, 2, { type: "tool.retried", attempt: 1, delayMs: 9, error }),
    ]);
    expect(log.counts).toMatchObject({ waiting: 3, running: 0 });
  });

  test("events of the registry itself are nothing", () => {
    const log = new RunLog(1);
    log.hear({ type: "tool.registered", at: BEGIN, toolName: "t" });
    expect(log.wallMs).toBe(0);
  });
});

describe("times", () => {
  test("the wall time is from the first event to the last", () => {
    const log = logOf([
      event(0, 0, { type: "tool.invoked" }),
      event(0, 4, started("async")),
      event(0, 10, ended({ runMs: 6 })),
    ]);
    expect(log.wallMs).toBe(10);
    expect(log.firstStartMs).toBe(4);
  });

  test("nothing began, so there is no first start", () => {
    expect(logOf([event(0, 0, { type: "tool.invoked" })]).firstStartMs).toBeUndefined();
  });
});

describe("bars", () => {
  test("on the event loop a call ends when its work did, not when others let it say so", () => {
    const log = logOf([
      event(0, 0, { type: "tool.invoked" }),
      event(0, 2, started("async")),
      event(0, 90, ended({ runMs: 8 })),
    ]);
    expect(log.bars).toEqual([
      { lane: "event loop", startMs: 2, endMs: 10, label: "tool_0", outcome: "ok" },
    ]);
  });

  test("in a worker a call begins when its work did, not when it was sent there", () => {
    const log = logOf([
      event(0, 0, { type: "tool.invoked" }),
      event(0, 2, started("thread", "thread-1")),
      event(0, 90, ended({ runMs: 8 })),
    ]);
    expect(log.bars).toMatchObject([{ lane: "thread-1", startMs: 82, endMs: 90 }]);
  });

  test("each attempt has a bar of its own, with its outcome and lane", () => {
    const error = new ToolError("DEADLINE_EXCEEDED", "slow");
    const log = logOf([
      event(0, 0, started("thread", "thread-1")),
      event(0, 5, { type: "tool.retried", attempt: 1, delayMs: 5, error }),
      event(0, 10, started("thread", "thread-2", 2)),
      event(0, 20, ended({ runMs: 15, attempts: 2 })),
    ]);
    expect(log.bars).toMatchObject([
      { lane: "thread-1", startMs: 0, endMs: 5, outcome: "timed-out" },
      { lane: "thread-2", startMs: 10, endMs: 20, outcome: "ok" },
    ]);
  });

  test("a call that moved to another worker before it began is shown where it ran", () => {
    const log = logOf([
      event(0, 0, started("thread", "thread-1")),
      event(0, 50, started("thread", "thread-2")),
      event(0, 60, ended({ runMs: 10 })),
    ]);
    expect(log.bars).toMatchObject([{ lane: "thread-2", startMs: 50, endMs: 60 }]);
    expect(log.counts).toMatchObject({ running: 0, ok: 1 });
  });

  test("calls that were refused or cancelled before they began have a lane without work", () => {
    const log = logOf([
      event(0, 0, ended({ attempts: 0 }, "INPUT_INVALID")),
      event(1, 7, ended({ attempts: 0 }, "CALL_CANCELLED")),
    ]);
    expect(log.bars).toMatchObject([
      { lane: "not begun", startMs: 0, endMs: 0, outcome: "failed" },
      { lane: "not begun", startMs: 7, endMs: 7, outcome: "cancelled" },
    ]);
  });
});

describe("results", () => {
  test("stand at the place of their call and are passed on as they come", () => {
    const heard: [number, ToolResult["status"]][] = [];
    const log = new RunLog(2, (result, index) => heard.push([index, result.status]));
    log.hear(event(1, 0, ended({})));
    log.hear(event(0, 1, ended({}, "TOOL_FAILED")));

    expect(heard).toEqual([
      [1, "ok"],
      [0, "error"],
    ]);
    expect(log.results.map((result) => result?.status)).toEqual(["error", "ok"]);
  });
});
