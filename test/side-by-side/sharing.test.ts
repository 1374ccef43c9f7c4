/** Identical calls through the public registry, in every mode. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import {
  CallBudget,
  type ConcreteMode,
  type LimitsOptions,
  type ToolCall,
  ToolRegistry,
  type ToolResult,
} from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "sharing-"));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const freshFile = (): string => join(folder, `file-${(files += 1)}`);
const runsIn = (file: string): number =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
const codeOf = (result: ToolResult): string => (result.status === "ok" ? "ok" : result.error.code);

function times(count: number, name: string, input: unknown): ToolCall[] {
  return Array.from({ length: count }, (_, index) => ({ id: `call ${index}`, name, input }));
}

async function registryFor(mode: ConcreteMode, limits: LimitsOptions): Promise<ToolRegistry> {
  const pools = { thread: { max: 2 }, process: { max: 2 } };
  const registry = new ToolRegistry({ mode, limits, pools, workerOutput: () => {} });
  onTestFinished(() => registry.destroy());
  await registry.registerModule(new URL("../fixtures/executors/shared-tools.ts", import.meta.url));
  return registry;
}

describe.each(["async", "thread", "process"] as const)("in mode %s", (mode) => {
  test("100 identical calls run once, and each has its own result", async () => {
    const registry = await registryFor(mode, { look: { dedupe: true } });
    const file = freshFile();
    const results = await registry.executeToolCalls(times(100, "look", { file, ms: 100 }));
    expect(runsIn(file)).toBe(1);
    expect(results.map(codeOf)).toEqual(times(100, "", {}).map(() => "ok"));
    expect(results.map(({ callId }) => callId)).toEqual(times(100, "", {}).map(({ id }) => id));
    expect(results.filter(({ timing }) => timing.attempts === 1).length).toBe(1);
    expect(results.filter(({ timing }) => timing.sharedWith !== undefined).length).toBe(99);
  });

  test("100 identical calls that fail run once", async () => {
    const registry = await registryFor(mode, { "*": { dedupe: true } });
    const file = freshFile();
    const input = { file, ms: 100, fails: true };
    const results = await registry.executeToolCalls(times(100, "look", input));
    expect(runsIn(file)).toBe(1);
    expect(new Set(results.map(codeOf))).toEqual(new Set(["TOOL_FAILED"]));
  });

  test("calls of a tool that changes things, and those not asked to share, all run", async () => {
    const registry = await registryFor(mode, {
      change: { dedupe: true, cache: { ttlMs: 60_000 } },
    });
    const [changed, seen] = [freshFile(), freshFile()];
    await registry.executeToolCalls([
      ...times(5, "change", { file: changed, ms: 20 }),
      ...times(5, "look", { file: seen, ms: 20 }),
    ]);
    expect([runsIn(changed), runsIn(seen)]).toEqual([5, 5]);
  });

  test("a batch that is cancelled takes its leader along, and the others have their results", async () => {
    const registry = await registryFor(mode, { "*": { dedupe: true } });
    const file = freshFile();
    const controller = new AbortController();
    const calls = times(5, "look", { file, ms: 150 });
    const started = new Promise<void>((resolve) => {
      registry.on("tool.started", () => resolve());
    });
    const cancelled = registry.executeToolCalls(calls, { signal: controller.signal });
    const others = registry.executeToolCalls(calls);
    await started;
    controller.abort();
    expect(new Set((await cancelled).map(codeOf))).toEqual(new Set(["CALL_CANCELLED"]));
    expect(new Set((await others).map(codeOf))).toEqual(new Set(["ok"]));
    expect(runsIn(file)).toBeLessThanOrEqual(2);
  });

  test("answers that are kept do not run again, and streams get them too", async () => {
    const registry = await registryFor(mode, { "*": { cache: { ttlMs: 60_000 } } });
    const file = freshFile();
    const input = { file, ms: 1 };
    const first = await registry.call("look", input);
    expect(await registry.call("look", { ms: 1, file })).toEqual(first);
    const cached: unknown[] = [];
    for await (const event of registry.streamToolCalls(times(50, "look", input))) {
      if (event.type === "tool.completed") cached.push(event.result.timing.cached);
    }
    expect(cached).toEqual(times(50, "", {}).map(() => true));
    expect(runsIn(file)).toBe(1);
  });

  test("a budget ends a run in the middle", async () => {
    const registry = await registryFor(mode, { "*": { concurrency: 1 } });
    await registry.executeToolCalls(times(1, "look", { file: freshFile(), ms: 1 }));
    const budget = new CallBudget({ maxWallMs: 200, maxCalls: 4 });
    const results = await registry.executeToolCalls(
      times(5, "look", { file: freshFile(), ms: 30_000 }),
      { budget },
    );
    const budgets = results.map(
      (result) => result.status === "error" && result.error.details["budget"],
    );
    expect(budgets).toEqual(["wallMs", "wallMs", "wallMs", "wallMs", "calls"]);
    expect(results[0]?.timing.attempts).toBe(1);
    expect(budget.remaining()).toMatchObject({ calls: 0, wallMs: 0 });
  });
});
