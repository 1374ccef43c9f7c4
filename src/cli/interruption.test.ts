import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { InterruptCause } from "./cli-io.ts";
import { Interruption } from "./interruption.ts";

function setUp() {
  const listeners = new Set<(cause: InterruptCause) => void>();
  const exitListeners = new Set<() => void>();
  const happened: string[] = [];
  let said = "";
  const io = {
    onInterrupt: (listener: (cause: InterruptCause) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onExit: (listener: () => void) => {
      exitListeners.add(listener);
      return () => exitListeners.delete(listener);
    },
    exit: (code: number) => void happened.push(`exit ${code}`),
  };
  const interruption = new Interruption(io, {
    say: (text) => (said += text),
    onKill: () => void happened.push("kill"),
  });
  return {
    interruption,
    happened,
    listeners,
    interrupt: (cause: InterruptCause) => listeners.forEach((listener) => listener(cause)),
    exit: () => exitListeners.forEach((listener) => listener()),
    said: () => said,
  };
}

describe("Interruption", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGPIPE", 141],
  ] as const)("%s cancels and means exit code %i", (signal, code) => {
    const { interruption, interrupt, happened } = setUp();
    expect(interruption.exitCode).toBeUndefined();

    interrupt({ is: "signal", signal });

    expect(ToolError.is(interruption.signal.reason, "CALL_CANCELLED")).toBe(true);
    expect(interruption.exitCode).toBe(code);
    expect(happened).toEqual([]);
  });

  test("the first Ctrl-C says what a second one does", () => {
    const { interrupt, said } = setUp();
    interrupt({ is: "signal", signal: "SIGINT" });
    expect(said()).toBe("Stopping. Press Ctrl-C again to stop at once.\n");
  });

  test("a second signal kills and ends the program, a third finds nobody", () => {
    const { interrupt, happened, listeners } = setUp();
    interrupt({ is: "signal", signal: "SIGINT" });
    interrupt({ is: "signal", signal: "SIGTERM" });
    interrupt({ is: "signal", signal: "SIGINT" });
    expect(happened).toEqual(["kill", "exit 130"]);
    expect(listeners.size).toBe(0);
  });

  test("a reader that went away after Ctrl-C kills nothing", () => {
    const { interrupt, happened } = setUp();
    interrupt({ is: "signal", signal: "SIGINT" });
    interrupt({ is: "signal", signal: "SIGPIPE" });
    expect(happened).toEqual([]);
  });

  test("an error thrown outside of any call stops the run with a line, and further ones do not kill", () => {
    const { interruption, interrupt, happened, said } = setUp();
    interrupt({ is: "stray-error", thrown: new Error("boom\nat x") });
    interrupt({ is: "stray-error", thrown: new Error("again") });

    expect(interruption.exitCode).toBe(1);
    expect(interruption.signal.aborted).toBe(true);
    expect(said()).toBe(
      "toolyard: a tool on the event loop threw outside of its call: boom at x. " +
        "Run it with --mode process to keep such tools apart.\n",
    );
    expect(happened).toEqual([]);
  });

  test("a program that a tool ends still says so and hands over what there is", () => {
    const { exit, happened, said } = setUp();
    exit();
    expect(said()).toContain("a tool on the event loop ended the program");
    expect(happened).toEqual(["kill"]);
  });

  test("a run that nothing can end any more stops and says why", () => {
    const { interruption, interrupt, said } = setUp();
    interrupt({ is: "stuck" });
    expect(interruption.exitCode).toBe(1);
    expect(interruption.signal.aborted).toBe(true);
    expect(said()).toMatch(/^toolyard: a tool waits for something that never comes\. /);
  });

  test("once closed it hears nothing", () => {
    const { interruption, interrupt, exit, happened, said } = setUp();
    interruption.close();
    interrupt({ is: "signal", signal: "SIGINT" });
    exit();
    expect(interruption.signal.aborted).toBe(false);
    expect(said() + happened.join("")).toBe("");
  });
});
