import { describe, expect, test } from "vitest";
import { defineTool, type Tool } from "../core/tool.ts";
import { ToolRegistry } from "../runtime/tool-registry.ts";
import type { ConfigEntry } from "./config-entry.ts";
import { switchOff } from "./configured-disablings.ts";
import type { LoadedConfig } from "./loaded-config.ts";
import type { LoadedMcp } from "./loaded-source.ts";

const place = { file: "toolyard.json", path: "x" };

function tool(name: string): Tool {
  return defineTool({ name, description: "Does it.", input: {}, execute: () => "done" });
}

function server(namespace: string): LoadedMcp {
  const options = { namespace, required: false };
  return { kind: "mcp", name: namespace, server: { command: "x" }, options, place };
}

/** What comes of switching tools off, `away` being the only source, a server that is not there. */
function switched(
  registry: ToolRegistry,
  ...names: readonly string[]
): readonly Pick<ConfigEntry, "names" | "thrown">[] {
  const disabled = names.map((name) => ({ name, reason: "Not now.", place }));
  const config: LoadedConfig = {
    file: "/toolyard.json",
    options: {},
    tools: [],
    sources: [server("away")],
    disabled,
  };
  const entry: ConfigEntry = {
    kind: "mcp",
    label: "away",
    place,
    tookMs: 0,
    names: [],
    problems: [],
    thrown: new Error("It is down."),
  };
  return switchOff(registry, config, [entry]);
}

describe("a tool that a config switches off", () => {
  test("is off, for its reason", async () => {
    await using registry = new ToolRegistry();
    registry.register(tool("here"));
    expect(switched(registry, "here")).toMatchObject([{ names: ["here"] }]);
    expect(registry.get("here")).toMatchObject({ enabled: false, disabledReason: "Not now." });
  });

  test("is off from the moment on at which its server comes, and each time that it comes again", async () => {
    await using registry = new ToolRegistry();
    const [entry] = switched(registry, "away.rm");
    expect(entry).toMatchObject({ names: [] });
    expect(entry).not.toHaveProperty("thrown");
    for (let times = 0; times < 2; times += 1) {
      registry.register([tool("rm"), tool("ls")], { namespace: "away" });
      expect(registry.get("away.rm")?.enabled).toBe(false);
      expect(registry.get("away.ls")?.enabled).toBe(true);
      await expect(registry.call("away.rm")).rejects.toMatchObject({ code: "TOOL_DISABLED" });
      registry.unregisterNamespace("away");
    }
  });

  test("is a mistake when nobody can ever have it", async () => {
    await using registry = new ToolRegistry();
    const [entry] = switched(registry, "elsewhere.rm");
    expect(entry?.thrown).toBeInstanceOf(TypeError);
  });
});
