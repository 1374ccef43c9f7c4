import { expect, test } from "vitest";
import type { RegistryStats } from "../core/registry-stats.ts";
import { plain } from "./palette.ts";
import { drawStats } from "./stats-table.ts";

const tool = {
  toolName: "math.add",
  calls: 12,
  ok: 10,
  errors: { TOOL_FAILED: 2 },
  runMs: { p50: 0.25, p95: 12, p99: 40, max: 41 },
  cpuMs: 30,
  cpuShare: 0.75,
} as const;

function worker(callsDone: number): RegistryStats["pools"][number]["workers"][number] {
  return {
    workerId: `thread-${callsDone}`,
    pid: undefined,
    threadId: callsDone,
    state: "idle",
    callsDone,
    window: 0,
    running: [],
    cpuMs: 1,
    memoryBytes: 4 * 1024 * 1024,
    ageMs: 100,
  };
}

const pool: RegistryStats["pools"][number] = {
  mode: "thread",
  workers: [worker(5), worker(7)],
  queue: { length: 0, oldestWaitMs: 0 },
  windows: {},
  resizes: { grown: 2, shrunk: 0 },
  restarts: { died: 1, recycled: 0 },
  bytes: { sent: 1_572_864, received: 0 },
};

test("tools and pools have a table each", () => {
  const idle = { ...tool, toolName: "refused", ok: 0, runMs: undefined, cpuMs: 0, cpuShare: 0 };
  expect(drawStats({ tools: [tool, idle], pools: [pool], limits: [], sources: [] }, plain)).toBe(
    [
      "┌──────────┬───────┬────────┬────────┬────────┬────────┬────────┬────────────┐",
      "│ tool     │ calls │ failed │ p50 ms │ p95 ms │ p99 ms │ CPU ms │ of all CPU │",
      "├──────────┼───────┼────────┼────────┼────────┼────────┼────────┼────────────┤",
      "│ math.add │    12 │      2 │  0.250 │     12 │     40 │     30 │       75 % │",
      "│ refused  │    12 │     12 │      - │      - │      - │    0.0 │        0 % │",
      "└──────────┴───────┴────────┴────────┴────────┴────────┴────────┴────────────┘",
      "┌────────┬─────────┬──────┬───────────┬───────┬──────┬─────────┬─────────────┐",
      "│ pool   │ workers │ done │ memory MB │ grown │ died │ sent MB │ received MB │",
      "├────────┼─────────┼──────┼───────────┼───────┼──────┼─────────┼─────────────┤",
      "│ thread │       2 │   12 │       8.0 │     2 │    1 │     1.5 │         0.0 │",
      "└────────┴─────────┴──────┴───────────┴───────┴──────┴─────────┴─────────────┘",
      "",
    ].join("\n"),
  );
});

test("sources have a table of their state, their calls and how often they were started again", () => {
  const connection = { state: "up", running: 0, callsDone: 4, restarts: 1 } as const;
  const source = {
    source: "files",
    kind: "mcp",
    label: "files",
    state: "up",
    tools: 14,
    problems: [],
    restarts: 2,
    connections: [connection, { ...connection, callsDone: 3 }],
  } as const;
  const down = {
    ...source,
    source: "web\u001b[2J",
    state: "down",
    tools: 0,
    connections: [],
  } as const;
  expect(drawStats({ tools: [], pools: [], limits: [], sources: [source, down] }, plain)).toBe(
    [
      "┌──────────────┬──────┬───────┬───────┬────────────┬──────────┐",
      "│ source       │ kind │ state │ tools │ calls here │ restarts │",
      "├──────────────┼──────┼───────┼───────┼────────────┼──────────┤",
      "│ files        │  mcp │    up │    14 │          7 │        2 │",
      "│ web\\u001b[2J │  mcp │  down │     0 │          0 │        2 │",
      "└──────────────┴──────┴───────┴───────┴────────────┴──────────┘",
      "",
    ].join("\n"),
  );
});

test("what there was none of is left out", () => {
  expect(drawStats({ tools: [], pools: [], limits: [], sources: [] }, plain)).toBe("");
  expect(drawStats({ tools: [tool], pools: [], limits: [], sources: [] }, plain)).not.toContain(
    "pool",
  );
});
