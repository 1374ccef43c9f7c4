import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { WaitingRequests } from "./waiting-requests.ts";

const never = new AbortController().signal;
const down = new ToolError("SOURCE_UNAVAILABLE", "down");

test("all go on when a connection is up", async () => {
  const waiting = new WaitingRequests(new VirtualClock());
  const all = [waiting.wait(never, true), waiting.wait(never, false)];
  waiting.letGo();
  expect(await Promise.all(all)).toEqual([undefined, undefined]);
});

test("a try that has failed ends the impatient, the last one everybody", async () => {
  const waiting = new WaitingRequests(new VirtualClock());
  const impatient = waiting.wait(never, false);
  const patient = waiting.wait(never, true);
  waiting.refuse(down, false);
  await expect(impatient).rejects.toBe(down);
  const last = new ToolError("SOURCE_UNAVAILABLE", "for good");
  waiting.refuse(last, true);
  await expect(patient).rejects.toBe(last);
});

test("an aborted one leaves with the reason of its signal, also when it comes too late", async () => {
  const waiting = new WaitingRequests(new VirtualClock());
  const controller = new AbortController();
  const leaving = waiting.wait(controller.signal, true);
  controller.abort(down);
  await expect(leaving).rejects.toBe(down);
  await expect(waiting.wait(controller.signal, true)).rejects.toBe(down);
});

test("one timer keeps the program alive while anybody waits, and none after", async () => {
  const clock = new VirtualClock();
  const waiting = new WaitingRequests(clock);
  const first = waiting.wait(never, true);
  const second = waiting.wait(never, true);
  expect(clock.pendingTimers).toBe(1);
  waiting.letGo();
  await Promise.all([first, second]);
  expect(clock.pendingTimers).toBe(0);
});
