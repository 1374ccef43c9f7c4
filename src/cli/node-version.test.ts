import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeProblem } from "./node-version.ts";

test.each(["20.20.2", "22.18.9", "4.0.0", "22.9.0"])("Node %s is too old", (version) => {
  expect(nodeProblem(version)).toBe(`toolyard needs Node 22.19 or newer; this is v${version}.`);
});

test.each(["22.19.0", "22.20.1", "23.0.0", "24.21.0", "100.0.0", "26.0.0-nightly"])(
  "Node %s will do",
  (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  },
);

test("the package asks for the same", () => {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { engines } = JSON.parse(manifest) as { readonly engines: { readonly node: string } };
  expect(nodeProblem("0.0.0")).toContain(`Node ${engines.node.replace(">=", "")} or newer`);
});
