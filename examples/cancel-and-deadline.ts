/** Stop means stop: by the tool's time, by the caller's deadline, by the caller's signal. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineTool, ToolError, ToolRegistry } from "../src/index.ts";

await using registry = new ToolRegistry();

registry.register(
  defineTool({
    name: "wait",
    description: "Waits",
    input: { type: "object", properties: { ms: { type: "number" } }, required: ["ms"] },
    // One attempt, from its start.
    timeoutMs: 200,
    execute: ({ ms }, { signal }) => sleep(ms, "done", { signal }),
  }),
);

const calls = [
  { name: "wait", input: { ms: 5 } },
  { name: "wait", input: { ms: 10_000 } },
];

async function report(title: string, options: { deadlineMs?: number; signal?: AbortSignal }) {
  const results = await registry.executeToolCalls(calls, options);
  const answers = results.map((result) =>
    result.status === "ok" ? result.output : `${result.error.code}: ${result.error.message}`,
  );
  console.log(title, answers);
}

await report("tool's own time:", {});
await report("deadline:", { deadlineMs: 100 });

const controller = new AbortController();
setTimeout(() => controller.abort(), 100);
await report("signal:", { signal: controller.signal });

try {
  await registry.call("wait", { ms: 10_000 }, { deadlineMs: 50 });
} catch (error) {
  console.log("call throws:", ToolError.is(error, "DEADLINE_EXCEEDED"));
}
