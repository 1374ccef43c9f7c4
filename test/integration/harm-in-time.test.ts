/** How long others wait for a call that does harm. */
import { describe, expect, test } from "vitest";
import {
  WORKER_MODES,
  call,
  calls,
  freshFile,
  makeRegistry,
  verdict,
} from "../fixtures/executors/hostile-registry.ts";
import type { Act } from "../fixtures/executors/hostile-tools.ts";

describe.each(WORKER_MODES)("in a %s", (mode) => {
  test("calls that had not begun, and wait in a worker behind a long one, are run elsewhere meanwhile", async () => {
    await using registry = await makeRegistry(mode);
    const file = freshFile();
    for (let round = 0; round < 10; round += 1) {
      const warm = Array.from({ length: 200 }, () => ({ file, line: "warm" }));
      await registry.executeToolCalls(calls("act", warm));
    }
    const ends: string[] = [];
    registry.on("tool.completed", ({ callId }) => ends.push(callId));
    registry.on("tool.failed", ({ callId }) => ends.push(callId));
    const acts = Array.from({ length: 100 }, (_, place): Act => {
      const act = { file, line: `line ${place}` };
      return place === 10 ? { ...act, harm: "spin-a-second" } : act;
    });
    const results = await registry.executeToolCalls(calls("act", acts));
    expect(results.map(verdict)).toEqual(acts.map(() => "ok"));
    expect(ends.at(-1)).toBe("act-10");
  });

  test("a loop without end gives its slot back soon after its deadline", async ({ annotate }) => {
    const limits = { harmBriefly: { concurrency: 1 } };
    await using registry = await makeRegistry(mode, { limits });
    await registry.executeToolCalls(calls("ok", [1, 2]));
    const before = performance.now();
    const results = await registry.executeToolCalls([
      call("harmBriefly", { how: "spin" }),
      call("harmBriefly", { how: "chdir-not" }),
    ]);
    const freeAfterMs = performance.now() - before - 300;
    await annotate(`the slot was free ${freeAfterMs.toFixed(0)} ms after the deadline`);
    expect(results.map(verdict)).toEqual(["DEADLINE_EXCEEDED", "ok"]);
    expect(results[1]?.timing.waitedFor).toBe("harmBriefly");
    expect(freeAfterMs).toBeLessThan(1_000);
  });
});
