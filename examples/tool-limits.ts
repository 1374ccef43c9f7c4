/**
 * What 5 to 100 tool calls at once do to tools that fail, slow down, count requests or race, without limits and with
 * them. The tools are fakes, and time is real.
 */
import {
  type CallOptions,
  type LimitsOptions,
  type Tool,
  ToolRegistry,
  type ToolResult,
} from "../src/index.ts";
import {
  burst,
  FakeServer,
  fakeCounter,
  fakeServerTool,
  fakeTool,
  sendAt,
  steady,
} from "../src/testing.ts";

const TOOLS_AT_ONCE = [5, 10, 25, 50, 100];

/** What happens to a tool, and what else is known of it afterwards. */
interface Scenario {
  readonly tool: Tool;
  /** What `on` means. */
  readonly limits: LimitsOptions;
  /** Said in the last column. */
  readonly seen: () => string;
}

/** New for each run, for they count. */
const SCENARIOS: Readonly<Record<string, () => Scenario>> = {
  "takes 10 ms": () => {
    const quick = fakeTool({ name: "quick", latencyMs: 10 });
    const limits = { quick: { concurrency: 10 } };
    return { tool: quick.tool, limits, seen: () => `${quick.mostAtOnce} at once` };
  },
  "fails every fourth time": () => {
    const flaky = fakeTool({
      name: "flaky",
      latencyMs: 10,
      failEvery: 4,
      annotations: { readOnly: true },
      retry: { maximumAttempts: 5, initialIntervalMs: 20 },
    });
    const limits = { flaky: { concurrency: 10 } };
    return { tool: flaky.tool, limits, seen: () => `${flaky.startedAt.length} runs` };
  },
  "has 10 places, and 100 ms": () => {
    // Like a database: whoever comes when it is full makes it slower for everybody.
    const busy = fakeTool({
      name: "busy",
      latencyMs: () => 20 * Math.max(1, busy.running / 10),
      timeoutMs: 100,
    });
    const limits = { busy: { concurrency: 10 } };
    return { tool: busy.tool, limits, seen: () => `${busy.mostAtOnce} at once` };
  },
  "takes 20 requests a second": () => {
    const server = new FakeServer({ limit: 20, latencyMs: 5 });
    const limits = { server: { rate: { limit: 20, per: "second" } } } as const;
    const seen = (): string => `${server.worstWindow} in its worst second`;
    return { tool: fakeServerTool(server), limits, seen };
  },
  "reads, waits, writes": () => {
    const counter = fakeCounter({ waitMs: 2 });
    const limits = { counter: { key: "counter" } };
    return { tool: counter.tool, limits, seen: () => `${counter.lostUpdates} updates lost` };
  },
};

const WIDTHS = [30, 6, 8, 6, 28, 8, 26];

// The first calls of a program load and compile what all later ones use.
for (const make of Object.values(SCENARIOS)) await callAtOnce(make(), 1, true);

console.log(row(["a tool that", "calls", "limits", "ok", "failed", "ms", "seen by the tool"]));
for (const [what, make] of Object.entries(SCENARIOS)) {
  const runs = TOOLS_AT_ONCE.flatMap((count) => [
    callAtOnce(make(), count, false),
    callAtOnce(make(), count, true),
  ]);
  for (const cells of await Promise.all(runs)) console.log(row([what, ...cells]));
}
console.log();
await showPriorities();
console.log();
await showBursts();

/** Calls a tool so many times at once. */
async function callAtOnce(
  { tool, limits, seen }: Scenario,
  count: number,
  isLimited: boolean,
): Promise<string[]> {
  await using registry = new ToolRegistry({ mode: "async", limits: isLimited ? limits : {} });
  registry.register(tool);
  const calls = Array.from({ length: count }, (_, place) => callOf(tool, place));
  const startedAt = performance.now();
  const results = await registry.executeToolCalls(calls);
  const elapsedMs = performance.now() - startedAt;
  const ok = results.filter(({ status }) => status === "ok").length;
  const ms = String(Math.round(elapsedMs));
  return [String(count), isLimited ? "on" : "off", String(ok), failuresOf(results), ms, seen()];
}

/** `3 RATE_LIMITED`. */
function failuresOf(results: readonly ToolResult[]): string {
  const counts = new Map<string, number>();
  for (const result of results) {
    if (result.status === "ok") continue;
    counts.set(result.error.code, (counts.get(result.error.code) ?? 0) + 1);
  }
  return [...counts].map(([code, count]) => `${count} ${code}`).join(", ") || "none";
}

/** Urgent calls come faster than one place can serve them; five that are not urgent come first. */
async function showPriorities(): Promise<void> {
  console.log(
    row(["5 low and 50 high calls", "low", "ageing", "", "mean wait of high", "", "of low"]),
  );
  for (const ageingMs of [100, 60_000]) {
    const slow = fakeTool({ name: "slow", latencyMs: 10 });
    await using registry = new ToolRegistry({
      mode: "async",
      limits: { "*": { concurrency: 1, ageingMs } },
    });
    registry.register(slow.tool);
    const send = async (place: number, options: CallOptions): Promise<ToolResult> => {
      const [result] = await registry.executeToolCalls([callOf(slow.tool, place)], options);
      if (result === undefined) throw new Error("A call has one result.");
      return result;
    };
    const high = sendAt(steady(50, 110), (place) => send(place, { priority: 0 }));
    const low = sendAt(burst(5), (place) => send(place, { priority: 2 }));
    const [highResults, lowResults] = [await high, await low];
    const ran = lowResults.filter(({ status }) => status === "ok").length;
    console.log(
      row([
        "on a slow tool, one at a time",
        `${ran} of 5`,
        ageingMs === 100 ? "100 ms" : "60 s",
        "",
        `${meanWait(highResults)} ms`,
        "",
        `${meanWait(lowResults)} ms`,
      ]),
    );
  }
}

/** Ten calls every 100 ms. */
async function showBursts(): Promise<void> {
  console.log(
    row(["5 bursts of 10 calls", "calls", "limits", "ok", "mean wait", "", "seen by the tool"]),
  );
  for (const isLimited of [false, true]) {
    const tool = fakeTool({ name: "bursts", latencyMs: 20 });
    const limits = isLimited ? { bursts: { concurrency: 4 } } : {};
    await using registry = new ToolRegistry({ mode: "async", limits });
    registry.register(tool.tool);
    const answered = await sendAt(burst(10, 100, 5), async (place) =>
      registry.executeToolCalls([callOf(tool.tool, place)]),
    );
    const results = answered.flat();
    const ok = results.filter(({ status }) => status === "ok").length;
    const wait = `${meanWait(results)} ms`;
    const cells = [String(results.length), isLimited ? "on" : "off", String(ok), wait, ""];
    console.log(row(["every 100 ms, of 20 ms", ...cells, `${tool.mostAtOnce} at once`]));
  }
}

function meanWait(results: readonly ToolResult[]): number {
  const sum = results.reduce((total, { timing }) => total + timing.queuedMs, 0);
  return Math.round(sum / results.length);
}

function callOf(tool: Tool, place: number): { id: string; name: string; input: object } {
  return { id: `call_${place}`, name: tool.name, input: {} };
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, place) => cell.padEnd(WIDTHS[place] ?? 0))
    .join(" ")
    .trimEnd();
}
