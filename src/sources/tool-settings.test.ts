import { expect, test } from "vitest";
import { defineTool, isDefinedTool, type Tool } from "../core/tool.ts";
import { withSettings } from "./tool-settings.ts";

const BARE: Tool = defineTool({
  name: "add",
  description: "Adds",
  input: { type: "object" },
  execute: () => 1,
});
const FULL: Tool = defineTool({
  ...BARE,
  mode: "thread",
  tags: ["pure", "cheap"],
  timeoutMs: 5,
  annotations: { readOnly: false },
  execute: () => 1,
});

test("without settings a tool is what it was", () => {
  expect(withSettings(FULL, {})).toEqual(FULL);
  expect(isDefinedTool(withSettings(FULL, {}))).toBe(true);
});

test("a source's mode is stronger, its time and promises are weaker, and its tags come behind", () => {
  const settings = {
    mode: "process",
    timeoutMs: 70,
    tags: ["net", "pure"],
    annotations: { readOnly: true, idempotent: true },
  } as const;
  expect(withSettings(FULL, settings)).toMatchObject({
    mode: "process",
    timeoutMs: 5,
    tags: ["pure", "cheap", "net"],
    annotations: { readOnly: false, idempotent: true },
  });
  expect(withSettings(BARE, settings)).toMatchObject({
    mode: "process",
    timeoutMs: 70,
    tags: ["net", "pure"],
    annotations: { readOnly: true, idempotent: true },
  });
});

test("a source's size of results is for tools that set none", () => {
  const settings = { maxResultBytes: 4_096, truncate: "head" } as const;
  expect(withSettings(BARE, settings)).toMatchObject(settings);
  const own = { maxResultBytes: Infinity, truncate: "head-tail" } as const;
  expect(withSettings({ ...BARE, ...own }, settings)).toMatchObject(own);
});

test("a source's retries are for tools that say nothing of theirs", () => {
  const settings = { retry: { maximumAttempts: 3 } };
  expect(withSettings(BARE, settings)).toMatchObject(settings);
  const own = { retry: { maximumAttempts: 1 } };
  expect(withSettings({ ...BARE, ...own }, settings)).toMatchObject(own);
});
