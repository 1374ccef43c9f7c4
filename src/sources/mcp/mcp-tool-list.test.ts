import type { Tool as ListedTool } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { listedTool } from "../../testing/scripted-link.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { ToolList } from "./mcp-tool-list.ts";

function setUp(answers: readonly (number | "fails" | "hangs")[] = []) {
  const clock = new VirtualClock();
  const askedAt: number[] = [];
  const told: (string | number)[] = [];
  const list = new ToolList({
    clock,
    timeoutMs: 1_000,
    label: "files",
    ask: (signal) => {
      askedAt.push(clock.now());
      const answer = answers[askedAt.length - 1] ?? 0;
      if (answer === "fails") return Promise.reject(new Error("No list."));
      const { promise, resolve, reject } = Promise.withResolvers<readonly ListedTool[]>();
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      const tools = [listedTool(`t${askedAt.length}`)];
      if (answer !== "hangs") clock.setTimer(answer, () => resolve(tools));
      return promise;
    },
    onListed: (tools) => told.push(tools.map(({ name }) => name).join()),
    onFailed: (error, retryInMs) => told.push(`${error.code}: ${error.message}`, retryInMs),
  });
  return { clock, list, askedAt, told };
}

test("many changes at once are asked for once, a little later", async () => {
  const { clock, list, askedAt, told } = setUp();
  for (let change = 0; change < 100; change += 1) list.changed();
  await clock.advance(49);
  expect(askedAt).toEqual([]);
  await clock.advance(10);
  expect(askedAt).toEqual([50]);
  expect(told).toEqual(["t1"]);
  await clock.advance(10_000);
  expect(askedAt).toEqual([50]);
});

test("a change while the list is on its way has it asked for once more, and never two at a time", async () => {
  const { clock, list, askedAt, told } = setUp([100]);
  const first = list.refresh();
  await clock.advance(20);
  list.changed();
  list.changed();
  expect(list.refresh()).toBe(first);
  await clock.advance(10_000);
  expect(askedAt).toEqual([0, 1_000]);
  expect(told).toEqual(["t1", "t2"]);
});

test("a server that never stops changing is asked for a tenth of the time", async () => {
  const { clock, list, askedAt } = setUp(Array.from({ length: 99 }, () => 100));
  await Promise.all([list.refresh(), clock.advance(100)]);
  for (let at = 0; at < 1_000; at += 1) {
    list.changed();
    await clock.advance(10);
  }
  expect(askedAt.length).toBeGreaterThan(9);
  expect(askedAt.length).toBeLessThan(12);
});

test("a list that cannot be had is asked for again, later and later, until it is there", async () => {
  const { clock, list, askedAt, told } = setUp(["fails", "fails", "fails", 0, "fails", 0]);
  await list.refresh();
  const message = "SOURCE_UNAVAILABLE: The tools of files cannot be listed: files failed: No list.";
  expect(told).toEqual([message, 1_000]);
  await clock.advance(100_000);
  expect(askedAt).toEqual([0, 1_000, 3_000, 7_000]);
  expect(told.slice(2)).toEqual([message, 2_000, message, 4_000, "t4"]);
  // That it came once has the back-off begin anew.
  await list.refresh();
  await clock.advance(100_000);
  expect(askedAt.slice(4)).toEqual([100_000, 101_000]);
});

test("a change is asked for soon, also between two tries", async () => {
  const { clock, list, askedAt } = setUp(["fails", "fails", "fails", 0]);
  await list.refresh();
  await clock.advance(3_500);
  expect(askedAt).toEqual([0, 1_000, 3_000]);
  list.changed();
  await clock.advance(100);
  expect(askedAt).toEqual([0, 1_000, 3_000, 3_550]);
});

test("a list that does not come is given up after its time", async () => {
  const { clock, list, told } = setUp(["hangs"]);
  const listed = list.refresh();
  await clock.advance(1_000);
  await listed;
  expect(told).toEqual(["SOURCE_UNAVAILABLE: files did not list its tools within 1000 ms.", 1_000]);
});

test("an error that says what it is stays as it is", async () => {
  const error = new ToolError("SOURCE_UNAVAILABLE", "It died.");
  const told: unknown[] = [];
  const list = new ToolList({
    clock: new VirtualClock(),
    timeoutMs: 1,
    label: "files",
    ask: () => Promise.reject(error),
    onListed: () => {},
    onFailed: (failure) => told.push(failure),
  });
  await list.refresh();
  expect(told).toEqual([error]);
});

test("once closed it asks nothing and tells nothing", async () => {
  const { clock, list, askedAt, told } = setUp([100]);
  const listed = list.refresh();
  list.changed();
  list.close();
  await listed;
  list.changed();
  await list.refresh();
  await clock.advance(10_000);
  expect([askedAt, told, clock.pendingTimers]).toEqual([[0], [], 0]);
});
