/** The examples of the frameworks run, and print what their readers are promised. */
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SHARED = "weather-tools.ts";
const EXAMPLES = globSync("examples/frameworks/*.ts", { cwd: ROOT })
  .map((file) => basename(file))
  .filter((file) => file !== SHARED);

test("there is one for each framework", () => {
  expect(EXAMPLES.toSorted()).toEqual([
    "ai-sdk.ts",
    "langgraph.ts",
    "mastra.ts",
    "openai-agents.ts",
  ]);
});

test.each(EXAMPLES)("%s", async (file) => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [`examples/frameworks/${file}`],
    { cwd: ROOT },
  );

  expect(stdout).toContain("call 2 of its batch: weather_forecast (call_3)\n");
  expect(stdout).toContain("Bern");
  expect(stdout.endsWith("Sunny in Bern and Lima.\n")).toBe(true);
  if (file !== "mastra.ts") expect(stdout).toContain("Error TOOL_FAILED");
  expect(stderr).toBe("");
});
