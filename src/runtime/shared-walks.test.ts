/** Random crowds of identical and different calls that are cancelled, run out of time and fail. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import { CallStage, after, codeOf, testTool } from "../testing/call-stage.ts";
import { Deadline } from "../time/deadline.ts";

interface Visitor {
  /** When it comes, in milliseconds. */
  readonly at: number;
  /** Which input it has. Inputs from 2 on fail. */
  readonly id: number;
  readonly tenant: string | undefined;
  readonly priority: number;
  /** How long it stays at most, and why it goes. */
  readonly stays: number;
  readonly goes: "cancelled" | "late";
}

const fields = {
  at: fc.integer({ min: 0, max: 60 }),
  id: fc.integer({ min: 0, max: 3 }),
  tenant: fc.constantFrom(undefined, "t"),
  priority: fc.integer({ min: 0, max: 1 }),
  stays: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(Infinity)),
  goes: fc.constantFrom<Visitor["goes"][]>("cancelled", "late"),
};
const visitor: fc.Arbitrary<Visitor> = fc.record(fields);
const patient: fc.Arbitrary<Visitor> = fc.record({
  ...fields,
  priority: fc.constant(0),
  stays: fc.constant(Infinity),
});

const OWN_ENDS = { cancelled: "CALL_CANCELLED", late: "DEADLINE_EXCEEDED" } as const;
const RUN_MS = 20;

/** What a call gives that nobody disturbs. */
function aloneOf({ id, tenant }: Visitor): string {
  return id < 2 ? `ok ${id} ${tenant}` : `TOOL_FAILED t failed: no ${id}`;
}

function verdict(result: ToolResult): string {
  return result.status === "ok"
    ? `ok ${String(result.output)}`
    : `${result.error.code} ${result.error.message}`;
}

function stageWith(limits: LimitsOptions): CallStage {
  return new CallStage({
    limits,
    tools: (clock) => [
      testTool(
        "t",
        async ({ id }: { id: number }, { tenant }) => {
          await after(clock, RUN_MS);
          if (id >= 2) throw new Error(`no ${id}`);
          return `${id} ${tenant}`;
        },
        { annotations: { readOnly: true } },
      ),
    ],
  });
}

async function visit(stage: CallStage, { at, ...asked }: Visitor): Promise<ToolResult> {
  const { clock } = stage;
  await after(clock, at);
  const deadline = new Deadline(clock);
  const own = new ToolError(OWN_ENDS[asked.goes], "own", { retryable: false });
  if (asked.stays < Infinity && asked.goes === "late") {
    deadline.expireAfter(asked.stays, () => own);
  } else if (asked.stays < Infinity) {
    clock.setTimer(asked.stays, () => deadline.end(own));
  }
  const { tenant, priority, id } = asked;
  const result = await stage.run({ name: "t", input: { id } }, { tenant, priority }, deadline);
  deadline.close();
  return result;
}

async function crowd(limits: LimitsOptions, visitors: readonly Visitor[]): Promise<CallStage> {
  const stage = stageWith(limits);
  const running = visitors.map((one) => visit(stage, one));
  await stage.clock.advance(10_000);
  const results = await Promise.all(running);
  for (const [index, result] of results.entries()) {
    const one = visitors[index] as Visitor;
    const code = codeOf(result);
    const isOwnEnd = one.stays < Infinity && code === OWN_ENDS[one.goes];
    if (!isOwnEnd) expect(verdict(result)).toBe(aloneOf(one));
    // Nobody outstays its own end.
    expect(result.timing.queuedMs + result.timing.runMs).toBeLessThanOrEqual(one.stays);
  }
  const settled = stage.events.filter(({ type }) => /completed|failed/.test(type));
  expect(new Set(settled.map(({ callNumber }) => callNumber)).size).toBe(visitors.length);
  expect(settled.length).toBe(visitors.length);
  expect(stage.limiter.held).toBe(0);
  expect(stage.clock.pendingTimers).toBe(0);
  return stage;
}

test.each<[string, LimitsOptions]>([
  ["shared in flight", { t: { dedupe: true } }],
  ["shared in flight, in a line", { t: { dedupe: true, concurrency: 1 } }],
  ["kept", { t: { cache: { ttlMs: 15, maxEntries: 2 } } }],
  ["shared and kept", { t: { dedupe: true, concurrency: 2, cache: { ttlMs: 15 } } }],
])("every call has the one result it would have alone: results %s", async (_how, limits) => {
  const property = fc.asyncProperty(
    fc.array(visitor, { minLength: 1, maxLength: 12 }),
    async (visitors) => {
      await crowd(limits, visitors);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

test("of those who share, never two run at a time where nobody leaves and all are as urgent", async () => {
  const property = fc.asyncProperty(fc.array(patient, { maxLength: 12 }), async (visitors) => {
    const { executor, events } = await crowd({ t: { dedupe: true } }, visitors);
    const begun = events.filter(({ type }) => type === "tool.started");
    const runs = executor.attempts.map(({ input, tenant }, index) => ({
      what: JSON.stringify([input, tenant]),
      at: begun[index]?.at ?? NaN,
    }));
    for (const [index, { what, at }] of runs.entries()) {
      const before = runs.slice(0, index).findLast((run) => run.what === what);
      if (before !== undefined) expect(at - before.at).toBeGreaterThanOrEqual(RUN_MS);
    }
    expect(runs.length).toBeGreaterThanOrEqual(Math.min(1, visitors.length));
  });
  await fc.assert(property, { numRuns: 60 });
});
