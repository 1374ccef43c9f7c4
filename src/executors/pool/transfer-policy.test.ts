import { expect, test } from "vitest";
import type { PoolTool } from "./pool-call.ts";
import { inputPolicy } from "./transfer-policy.ts";
import type { WorkerTransport } from "./worker-transport.ts";

const thread = { threadId: 3 } as WorkerTransport;
const child = { threadId: undefined } as WorkerTransport;
const once = { repeatable: false } as PoolTool;
const again = { repeatable: true } as PoolTool;

test.each([
  {
    where: "into an idle thread, to run once",
    tool: once,
    transport: thread,
    load: 0,
    policy: "move",
  },
  {
    where: "into a busy thread, from which it may be taken back",
    tool: once,
    transport: thread,
    load: 1,
    policy: "keep",
  },
  {
    where: "into a thread whose death would have it run again",
    tool: again,
    transport: thread,
    load: 0,
    policy: "keep",
  },
  { where: "into a child process", tool: once, transport: child, load: 0, policy: "copy" },
])("bytes $where", ({ tool, transport, load, policy }) => {
  expect(inputPolicy(tool, transport, load)).toBe(policy);
});
