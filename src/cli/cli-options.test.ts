import { Command } from "commander";
import { expect, test } from "vitest";
import { addCallOptions, callOptionsOf } from "./cli-options.ts";

function optionsOf(...flags: readonly string[]): unknown {
  const command = addCallOptions(new Command("run"));
  command.exitOverride().configureOutput({ writeErr: () => {} });
  command.parse(flags, { from: "user" });
  return callOptionsOf(command.opts());
}

test("flags say on whose behalf, how urgently and how long calls are made", () => {
  expect(optionsOf("--deadline", "50", "--tenant", "u1", "--priority", "-2.5")).toEqual({
    deadlineMs: 50,
    tenant: "u1",
    priority: -2.5,
  });
  expect(optionsOf()).toEqual({ deadlineMs: undefined, tenant: undefined, priority: undefined });
});

test.each(["high", "", "Infinity", "NaN"])("%j is no priority", (text) => {
  expect(() => optionsOf("--priority", text)).toThrow(/Give a number; a smaller one runs sooner/u);
});
