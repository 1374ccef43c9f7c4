/** The search agent of the examples, with a model that follows a script. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type ChatRequest, startChatEndpoint } from "../fixtures/models/chat-endpoint.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function call(id: string, name: string, input: object): object {
  return { id, type: "function", function: { name, arguments: JSON.stringify(input) } };
}

/** Four searches at once: two that find something, one that fails, one that is slow. */
const PLAN = [
  call("c1", "docs_search_docs", { query: "exactly one result claims" }),
  call("c2", "code_search_code", { pattern: "class CallServer" }),
  call("c3", "code_search_code", { pattern: "(" }),
  call("c4", "code_search_decisions", { words: "claim worker crash" }),
];

function script({ messages }: ChatRequest, turn: number): object {
  if (turn === 1) return { content: null, tool_calls: PLAN };
  const found = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  return { content: `Synthesis of ${found.length} answers: ${JSON.stringify(found)}` };
}

test.each(["async", "thread", "process"])(
  "in mode %s it searches two servers at once, and answers from what came back",
  async (mode) => {
    await using endpoint = await startChatEndpoint(script);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["examples/search-agent/search-agent.ts", "--mode", mode, "How is no call answered twice?"],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          OPENAI_BASE_URL: endpoint.baseUrl,
          OPENAI_MODEL: "scripted",
          ARCHIVE_LATENCY_MS: "300",
        },
      },
    );
    const [plan, synthesis] = endpoint.requests;
    expect(plan?.tools).toHaveLength(3);
    const answers = synthesis?.messages.filter(({ role }) => role === "tool") ?? [];
    expect(answers.map((answer) => answer["tool_call_id"])).toEqual(["c1", "c2", "c3", "c4"]);
    expect(answers[0]?.["content"]).toContain("exactly one result");
    expect(answers[1]?.["content"]).toContain("src/executors/worker/call-server.ts");
    expect(answers[2]?.["content"]).toContain("TOOL_FAILED");
    expect(answers[2]?.["content"]).toContain("Invalid regular expression");
    expect(answers[3]?.["content"]).toContain("docs/decisions/0010-claims.md");
    expect(stdout).toMatch(/code\.search_code +error .*TOOL_FAILED/u);
    expect(stdout).toMatch(/4 searches in +\d+ ms/u);
    expect(stdout).toContain("Synthesis of 4 answers");
  },
);

test("without a model it says what to set", async () => {
  const running = promisify(execFile)(process.execPath, ["examples/search-agent/search-agent.ts"], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] },
  });
  await expect(running).rejects.toThrow("OPENAI_BASE_URL");
});
