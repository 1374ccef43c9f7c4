import { expect, test } from "vitest";
import { LeastUrgent } from "./least-urgent.ts";
import { QueuedCall } from "./queued-call.ts";

function callOf(urgency: number, order: number): QueuedCall {
  const ask = { tool: { name: "a" }, input: undefined, priority: 0, tenant: undefined, askedAt: 0 };
  const call = new QueuedCall({ ...ask, deadline: { expiresAt: Infinity } }, undefined);
  call.urgency = urgency;
  call.order = order;
  return call;
}

test("the least urgent goes first, and of those who are level the one that came last", () => {
  const line = new LeastUrgent();
  const [urgent, first, last] = [callOf(1, 1), callOf(5, 2), callOf(5, 3)];
  for (const call of [first, urgent, last]) line.add(call);
  expect(line.first).toBe(last);
  line.remove(last);
  expect(line.first).toBe(first);
  first.urgency = 0;
  line.update(first);
  expect(line.first).toBe(urgent);
  line.remove(urgent);
  line.remove(urgent);
  line.remove(first);
  expect(line.first).toBeUndefined();
});
