import { describe, expect, test } from "vitest";
import type { ConfigEntry } from "../config/config-entry.ts";
import type { SourceStats } from "../core/source-stats.ts";
import type { FormatName } from "../formats/provider-format.ts";
import type { RegistryLint } from "../runtime/lint-registry.ts";
import { type CheckFindings, drawCheck, isSound } from "./check-report.ts";

const ALL: readonly FormatName[] = ["openai-chat", "openai-responses", "anthropic", "gemini"];

function entry(label: string, more: Partial<ConfigEntry> = {}): ConfigEntry {
  const place = { file: "toolyard.json", path: "tools[0]" };
  return { kind: "module", label, place, tookMs: 12.4, names: ["a"], problems: [], ...more };
}

function finding(toolName: string | undefined, more: Partial<RegistryLint> = {}): RegistryLint {
  const what = { message: "It is odd.", remedy: "Mend it." };
  return { severity: "warning", toolName, formats: ALL, ...what, ...more };
}

function drawn(findings: Partial<CheckFindings>, width = 100): readonly string[] {
  const whole = { entries: [], sources: [], lint: [], limits: [], ...findings };
  const text = drawCheck(whole, { cwd: "/home/me", width, paint: (_colour, shown) => shown });
  expect(text.endsWith("\n")).toBe(true);
  return text.slice(0, -1).split("\n");
}

describe("the report of a check", () => {
  test("has a line for each entry, files relative to the current directory", () => {
    const entries = [
      entry("file:///home/me/my%20tools.ts"),
      entry("/home/me/pets.yaml", { kind: "openapi", names: ["a", "b"], tookMs: 1_234.5 }),
      entry("/elsewhere/x.json", { kind: "openapi", names: [] }),
      entry("many", { kind: "mcp", names: Array.from({ length: 10_000 }, String) }),
    ];
    expect(drawn({ entries })).toEqual([
      "ok    module    my tools.ts             1 tool    12 ms",
      "ok    openapi   pets.yaml              2 tools  1235 ms",
      "ok    openapi   /elsewhere/x.json      0 tools    12 ms",
      "ok    mcp       many               10000 tools    12 ms",
      "10003 tools, 0 failed, 0 warnings",
    ]);
  });

  test("says below an entry what is wrong with it, on one line each, and a few only", () => {
    const problems = Array.from({ length: 7 }, (_, index) => `problem\n${index}\u001b[31m`);
    const thrown = new TypeError("No\nluck.");
    const lines = drawn({ entries: [entry("a", { problems }), entry("b", { thrown, names: [] })] });
    expect(lines.slice(1, 3)).toEqual([
      "      warn  problem 0\\u001b[31m",
      "      warn  problem 1\\u001b[31m",
    ]);
    expect(lines.slice(6, 9)).toEqual([
      "      and 2 more; --json has all.",
      "fail  module    b                 12 ms",
      "      No luck.",
    ]);
    expect(lines.at(-1)).toBe("1 tool, 1 failed, 7 warnings");
  });

  test("warns of limits that hold for no tool", () => {
    const limits = [{ scope: "serch", message: "limits.serch holds for no tool." }];
    expect(drawn({ entries: [entry("a")], limits }).slice(1)).toEqual([
      "warn  limits.serch holds for no tool.",
      "1 tool, 0 failed, 1 warning",
    ]);
  });

  test("tells tools that are switched off from those that are not there yet", () => {
    const disabled = { kind: "disabled", tookMs: 0 } as const;
    const entries = [
      entry("a.b", disabled),
      entry("down.x", { ...disabled, names: [] }),
      entry("typo", { ...disabled, names: [], thrown: new TypeError("There is no tool.") }),
    ];
    expect(drawn({ entries })).toEqual([
      "ok    disabled  a.b",
      "ok    disabled  down.x  once its source is there",
      "fail  disabled  typo",
      "      There is no tool.",
      "0 tools, 1 failed, 0 warnings",
    ]);
  });

  test("cuts long names on a narrow terminal, and leaves the figures whole", () => {
    const [line = ""] = drawn({ entries: [entry("a-rather-long-name-of-a-server")] }, 50);
    expect(line).toBe("ok    module    a-rather-lo…       1 tool    12 ms");
    expect(line).toHaveLength(50);
  });

  test("says once what many tools have in common", () => {
    const lint = [
      ...Array.from({ length: 500 }, (_, index) => finding(`t${index}`)),
      finding("u", { severity: "error", formats: ["gemini"], message: "Worse." }),
      finding(undefined, { severity: "error", formats: ["anthropic"], message: "Many." }),
    ];
    expect(drawn({ lint })).toEqual([
      "warn  t0 (every provider): It is odd. Mend it.",
      "warn  t1 (every provider): It is odd. Mend it.",
      "warn  t2 (every provider): It is odd. Mend it.",
      "      The same of 497 more tools; --json has all.",
      "fail  u (gemini): Worse. Mend it.",
      "fail  anthropic: Many. Mend it.",
      "0 tools, 2 failed, 500 warnings",
    ]);
  });
});

describe("a check is sound", () => {
  const none: CheckFindings = { entries: [entry("a")], sources: [], lint: [], limits: [] };
  const source = { source: "s", kind: "mcp", label: "s", tools: 0, restarts: 0 } as const;
  const stats = (state: SourceStats["state"]): SourceStats => ({
    ...source,
    state,
    problems: ["p"],
    connections: [],
  });

  test.each<[string, Partial<CheckFindings>, boolean]>([
    ["with nothing wrong", {}, true],
    ["with warnings", { lint: [finding("a")], entries: [entry("a", { problems: ["p"] })] }, true],
    ["with a source that is up", { sources: [stats("up")] }, true],
    ["never with one that is down", { sources: [stats("down")] }, false],
    ["never with an entry that failed", { entries: [entry("a", { thrown: undefined })] }, false],
    ["never with what is refused", { lint: [finding("a", { severity: "error" })] }, false],
  ])("%s", (_case, findings, sound) => {
    expect(isSound({ ...none, ...findings })).toBe(sound);
  });
});
