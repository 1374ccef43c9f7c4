import { expect, test } from "vitest";
import { defineTool } from "../core/tool.ts";
import { FORMAT_NAMES } from "../formats/provider-format.ts";
import { lintRegistry } from "./lint-registry.ts";

const fine = defineTool({
  name: "fine",
  description: "Does it.",
  input: { type: "object", properties: {} },
  execute: () => 1,
});

test("what several providers say of a tool is said once, with who says it", () => {
  const open = { ...fine, name: "open", input: { type: "object", anyOf: [{}] } } as const;
  expect(lintRegistry([fine, open])).toMatchObject([
    { toolName: "open", formats: ["openai-chat", "openai-responses", "anthropic"] },
  ]);
});

test("more tools than one provider takes are a warning, unless it is that provider that was asked for", () => {
  const many = Array.from({ length: 129 }, (_, number) => ({ ...fine, name: `t${number}` }));
  expect(lintRegistry(many)).toMatchObject([
    { severity: "warning", formats: ["openai-chat", "openai-responses"] },
  ]);
  expect(lintRegistry(many, "openai-responses")).toMatchObject([
    { severity: "error", formats: ["openai-responses"] },
  ]);
  expect(lintRegistry(many, "anthropic")).toEqual([]);
});

test("an input that is no object is refused by all", () => {
  const [finding, ...others] = lintRegistry([{ ...fine, input: { type: "string" } }]);
  expect(finding).toMatchObject({ severity: "error", formats: FORMAT_NAMES });
  expect(finding?.message).toContain("the input must be an object");
  expect(others).toEqual([]);
});

test("a provider that nobody knows is no provider with a mistake in each tool", () => {
  for (const tools of [[], [fine]]) {
    expect(() => lintRegistry(tools, "openai" as "openai-chat")).toThrow('no format "openai"');
  }
});
