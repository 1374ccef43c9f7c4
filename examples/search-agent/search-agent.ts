/**
 * A search agent. A model plans searches for a question; all of them run at once, over two MCP servers; one may fail and
 * one may be slow; the model writes an answer from what came back.
 *
 *   OPENAI_BASE_URL=… OPENAI_MODEL=… node examples/search-agent/search-agent.ts "How is a call never answered twice?"
 *
 * `--mode thread` or `--mode process` runs the searches in workers, each with servers of its own.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ToolResult, ToolRegistry, formatToolResults } from "../../src/index.ts";
import { type ChatModel, type Message, ask, modelFromEnvironment } from "./chat-model.ts";

const PLAN =
  "You answer questions about this repository. Plan all searches that you need and ask for them at once; they run in " +
  "parallel. Then answer in a few sentences from what was found, and say what could not be found.";

/** Rounds of searches before the model must answer. */
const MAX_ROUNDS = 3;

async function answer(question: string, model: ChatModel, registry: ToolRegistry): Promise<string> {
  const messages: Message[] = [
    { role: "system", content: PLAN },
    { role: "user", content: question },
  ];
  for (let round = 1; ; round += 1) {
    const tools = round <= MAX_ROUNDS ? registry.schemas("openai-chat") : [];
    const said = await ask(model, messages, tools);
    const calls = said.tool_calls ?? [];
    if (calls.length === 0) return said.content ?? "";
    const begunAt = performance.now();
    const results = await registry.executeToolCalls(calls, { deadlineMs: 20_000 });
    report(results, performance.now() - begunAt);
    messages.push({ role: "assistant", ...said }, ...formatToolResults(results, "openai-chat"));
  }
}

function report(results: readonly ToolResult[], tookMs: number): void {
  for (const { toolName, status, timing, ...rest } of results) {
    const what = "error" in rest ? `${rest.error.code}: ${rest.error.message}` : "found";
    console.log(
      `${toolName.padEnd(22)} ${status.padEnd(6)} ${ms(timing.runMs)}  ${what.split("\n")[0]}`,
    );
  }
  const oneByOne = results.reduce((sum, { timing }) => sum + timing.runMs, 0);
  console.log(
    `${results.length} searches in ${ms(tookMs)}; one by one they take ${ms(oneByOne)}\n`,
  );
}

function ms(time: number): string {
  return `${Math.round(time)} ms`.padStart(8);
}

function server(file: string): { command: string; args: string[] } {
  return { command: process.execPath, args: [fileURLToPath(new URL(file, import.meta.url))] };
}

const { values, positionals } = parseArgs({
  options: { mode: { type: "string", default: "async" } },
  allowPositionals: true,
});
const mode = values.mode as "async" | "thread" | "process";
const model = modelFromEnvironment(process.env);

await using registry = new ToolRegistry({
  timeoutMs: 10_000,
  limits: { "source:code": { concurrency: 2 } },
});
await registry.registerMcp(
  { mcpServers: { docs: server("docs-server.ts"), code: server("code-server.ts") } },
  { mode },
);
const [question = "How does Toolyard see to it that a call is never answered twice?"] = positionals;
console.log(`${question}\n`);
console.log(await answer(question, model, registry));
