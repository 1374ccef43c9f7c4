import { expect, test, vi } from "vitest";
import type { ToolSource } from "../sources/tool-source.ts";
import { testTool } from "../testing/call-stage.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { ToolRegistry } from "./tool-registry.ts";

const tool = testTool("late", () => 1);
const CLOSED = new TypeError("This registry is closed; make a new one for further tools.");

test.each(["close", "destroy"] as const)("after %s no tool is taken in any way", async (end) => {
  const registry = new ToolRegistry({ clock: new VirtualClock() });
  const ended = registry[end]();
  const start = vi.fn<ToolSource["start"]>();
  const source: ToolSource = {
    name: "late",
    start,
    stats: () => ({
      source: "late",
      kind: "test",
      label: "late",
      state: "up",
      restarts: 0,
      connections: [],
    }),
    close: async () => {},
  };
  const shape = { name: "late", description: "Late.", schema: {}, invoke: async () => 1 };
  class Late {
    late(): number {
      return 1;
    }
  }
  const methods = { late: { description: "Late.", input: {} } };
  const document = { openapi: "3.1.0", info: { title: "late", version: "1" }, paths: {} };
  expect(() => registry.register(tool)).toThrow(CLOSED);
  expect(() => registry.registerClass(Late, { methods })).toThrow(CLOSED);
  expect(() => registry.registerForeign(shape)).toThrow(CLOSED);
  // What there is to read or to start is not even looked at.
  await expect(registry.registerModule("./no-such-module.ts")).rejects.toThrow(CLOSED);
  await expect(registry.registerOpenApi(document)).rejects.toThrow(CLOSED);
  await expect(registry.registerMcp("./no-such-file.json")).rejects.toThrow(CLOSED);
  await expect(registry.registerSource(source)).rejects.toThrow(CLOSED);
  expect(start).not.toHaveBeenCalled();
  await ended;
  expect(registry.list()).toEqual([]);
  expect(() => registry.register(tool)).toThrow(CLOSED);
});

test("a registry that is draining still takes tools", async () => {
  const registry = new ToolRegistry({ clock: new VirtualClock() });
  await registry.drain();
  expect(registry.register(tool)).toEqual(["late"]);
  await registry.close();
});
