import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RegistryEvent } from "../core/call-event.ts";
import { EventHub, type ToolyardEvent } from "./event-hub.ts";

const enabled: RegistryEvent = { type: "tool.enabled", at: 1, toolName: "t" };
const disabled: RegistryEvent = { type: "tool.disabled", at: 2, toolName: "t", reason: "broken" };

/** Warnings of the process, instead of on its stderr. */
let warn = vi.spyOn(process, "emitWarning");
beforeEach(() => {
  warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterEach(() => {
  warn.mockRestore();
});

test("a listener hears its type, and one of * hears everything", () => {
  const hub = new EventHub();
  const heard: ToolyardEvent[] = [];
  const all: ToolyardEvent[] = [];
  hub.on("tool.disabled", (event) => heard.push(event));
  hub.on("*", (event) => all.push(event));
  hub.emit(enabled);
  hub.emit(disabled);
  expect(heard).toEqual([disabled]);
  expect(all).toEqual([enabled, disabled]);
});

test("it is heard as long as anybody listens to anything", () => {
  const hub = new EventHub();
  expect(hub.isHeard).toBe(false);
  const leaveOne = hub.on("tool.enabled", () => {});
  const leaveOther = hub.on("tool.enabled", () => {});
  leaveOne();
  leaveOne();
  expect(hub.isHeard).toBe(true);
  leaveOther();
  expect(hub.isHeard).toBe(false);
});

test("a listener taken off twice does not take off one that came after", () => {
  const hub = new EventHub();
  const leave = hub.on("tool.enabled", () => {});
  leave();
  let heard = 0;
  hub.on("tool.enabled", () => (heard += 1));
  leave();
  hub.emit(enabled);
  expect(heard).toBe(1);
});

test("a listener may take itself off while it is told", () => {
  const hub = new EventHub();
  const heard: string[] = [];
  const leave = hub.on("tool.enabled", () => {
    heard.push("once");
    leave();
  });
  hub.on("tool.enabled", () => heard.push("always"));
  hub.emit(enabled);
  hub.emit(enabled);
  expect(heard).toEqual(["once", "always", "always"]);
});

test("a listener that throws becomes a warning, and the others are told all the same", () => {
  const hub = new EventHub();
  const heard: string[] = [];
  const broken = new Error("broken listener");
  hub.on("tool.enabled", () => {
    throw broken;
  });
  hub.on("tool.enabled", () => heard.push("second"));
  hub.on("*", () => heard.push("all"));
  expect(() => hub.emit(enabled)).not.toThrow();
  expect(heard).toEqual(["second", "all"]);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    "A listener of tool.enabled threw: broken listener",
    {
      type: "ToolyardWarning",
      detail: broken.stack,
    },
  );
});

test("an async listener that rejects becomes a warning too", async () => {
  const hub = new EventHub();
  const broken = new Error("broken listener");
  const listener: () => unknown = () => Promise.reject(broken);
  hub.on("*", listener);
  hub.emit(enabled);
  await Promise.resolve();
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    "A listener of tool.enabled rejected: broken listener",
    { type: "ToolyardWarning", detail: broken.stack },
  );
});

test.each([
  ["nothing", undefined],
  ["text", "just text"],
  ["an object without a prototype", Object.create(null) as unknown],
  ["a symbol", Symbol("odd")],
  [
    "an error that cannot be read",
    Object.defineProperty(new Error("hidden"), "message", {
      get: () => {
        throw new Error("no message for you");
      },
    }),
  ],
])("a listener may throw %s", (_what, thrown) => {
  const hub = new EventHub();
  hub.on("*", () => {
    throw thrown;
  });
  expect(() => hub.emit(enabled)).not.toThrow();
  expect(warn).toHaveBeenCalledTimes(1);
});
