import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import type { ToolProgress } from "../../core/tool.ts";
import { ProgressListeners } from "./progress-listeners.ts";

const told = (params: unknown): JSONRPCMessage =>
  ({ jsonrpc: "2.0", method: "notifications/progress", params }) as JSONRPCMessage;

test("each is told of its own, from when it is added until it is removed", () => {
  const listeners = new ProgressListeners();
  const heard: [string, ToolProgress][] = [];
  const first = listeners.add((update) => heard.push(["first", update]));
  const second = listeners.add((update) => heard.push(["second", update]));
  const tokenOf = ({ _meta: meta }: typeof first): unknown => meta?.progressToken;
  expect(tokenOf(first)).not.toBe(tokenOf(second));
  listeners.tell(told({ progressToken: tokenOf(second), progress: 1, total: 2, message: "half" }));
  listeners.tell(told({ progressToken: tokenOf(first), progress: 5 }));
  listeners.remove(second);
  listeners.tell(told({ progressToken: tokenOf(second), progress: 2 }));
  expect(heard).toEqual([
    ["second", { progress: 1, total: 2, message: "half" }],
    ["first", { progress: 5 }],
  ]);
});

test("nothing is asked for where nobody listens", () => {
  const listeners = new ProgressListeners();
  expect(listeners.add(undefined)).toEqual({});
  listeners.remove({});
});

test("what is no progress is left aside, and what is odd about it", () => {
  const listeners = new ProgressListeners();
  const heard: ToolProgress[] = [];
  const { _meta: meta } = listeners.add((update) => heard.push(update));
  for (const params of [undefined, null, 7, [], {}]) listeners.tell(told(params));
  for (const progress of [undefined, null, "1", {}]) listeners.tell(told({ ...meta, progress }));
  listeners.tell({ jsonrpc: "2.0", id: 1, result: {} });
  listeners.tell(told({ ...meta, progress: 1, total: "2", message: 3 }));
  expect(heard).toEqual([{ progress: 1 }]);
});
