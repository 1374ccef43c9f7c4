import { expect, test } from "vitest";
import type { PoolTool } from "./pool-call.ts";
import { inputPolicy } from "./transfer-policy.ts";
import type { WorkerTransport } from "./worker-transport.ts";

const thread = { threadId: 3 } as WorkerTransport;
const child = { threadId: undefined } as WorkerTransport;
const once = { repeatable: false } as PoolTool;
const again = { repeatable: true } as PoolTool;

test.each([
  ["into an idle thread, to run once", once, thread, 0, "move"],
  ["into a busy thread, from which it may be taken back", once, thread, 1, "keep"],
  ["into a thread whose death would have it run again", again, thread, 0, "keep"],
  ["into a child process", once, child, 0, "copy"],
])("bytes %s", (_name, tool, transport, load, policy) => {
  expect(inputPolicy(tool, transport, load)).toBe(policy);
});
