/** The tools that `executor-suite.ts` calls. Workers import this file themselves. */
import { appendFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { type Tool, type ToolContext, defineTool } from "../core/tool.ts";
import { ToolError } from "../core/tool-error.ts";
import type { UsageReport } from "../core/usage-report.ts";

/** This file, for those who load tools from it. */
export const SUITE_TOOLS_URL: string = import.meta.url;

interface UseInput {
  readonly reports: readonly (number | UsageReport)[];
  readonly fail?: boolean;
}

type Run<Input> = (input: Input, context: ToolContext) => unknown;

function tool<Input>(name: string, execute: Run<Input>): Tool {
  return defineTool({ name, description: name, input: {}, execute });
}

/** What `fail` can throw, by name. */
const FAILURES: Readonly<Record<string, () => unknown>> = {
  plain: () => new Error("it broke"),
  range: () => new RangeError("out of range"),
  caused: () => new Error("outer", { cause: new TypeError("inner", { cause: "the bottom" }) }),
  custom: () =>
    Object.assign(new Error("no such file"), {
      code: "ENOENT",
      errno: -2,
      fatal: false,
      name: "Custom",
    }),
  aggregate: () => new AggregateError([new RangeError("one"), new Error("two")], "both"),
  tool: () =>
    new ToolError("RATE_LIMITED", "slow down", { details: { limit: 7 }, retryAfterMs: 1_500 }),
  text: () => "only text",
  nothing: () => undefined,
  nil: () => null,
  number: () => 42,
  object: () => ({ message: "like an error", code: 7 }),
  symbol: () => Symbol("odd"),
  "no-prototype": () => Object.create(null) as unknown,
  "hostile-message": () =>
    Object.defineProperty(new Error("x"), "message", {
      get: () => {
        throw new Error("do not look");
      },
    }),
};

/** Returned values that look like promises and are not good ones. */
const THENABLES: Readonly<Record<string, () => unknown>> = {
  "then-throws": () => ({
    // oxlint-disable-next-line unicorn/no-thenable
    get then(): never {
      throw new Error("then cannot be read");
    },
  }),
  "then-call-throws": () => ({
    // oxlint-disable-next-line unicorn/no-thenable
    then: () => {
      throw new Error("then cannot be called");
    },
  }),
  "settles-twice": () => ({
    // oxlint-disable-next-line unicorn/no-thenable
    then: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => {
      resolve("first");
      resolve("second");
      reject(new Error("third"));
    },
  }),
  nested: () => ({
    // oxlint-disable-next-line unicorn/no-thenable
    then: (resolve: (value: unknown) => void) => resolve(Promise.resolve("inside")),
  }),
};

function facts(
  context: ToolContext,
): Omit<ToolContext, "signal" | "progress" | "call" | "reportUsage"> {
  const { callId, attemptId, attempt, toolName, mode } = context;
  const { workerId, tenant, idempotencyKey } = context;
  const told = context.context;
  return {
    callId,
    attemptId,
    attempt,
    toolName,
    mode,
    workerId,
    tenant,
    idempotencyKey,
    context: told,
  };
}

/** Tools by name, each for one promise of the port. */
export const suiteTools: Readonly<Record<string, Tool>> = {
  echo: tool("echo", (input) => input),
  later: tool("later", async (input) => input),
  add: tool("add", ({ a, b }: { a: number; b: number }) => a + b),
  nothing: tool("nothing", () => {}),
  fail: tool("fail", ({ kind }: { kind: string }) => {
    throw FAILURES[kind]?.();
  }),
  reject: tool("reject", async ({ kind }: { kind: string }) => {
    throw FAILURES[kind]?.();
  }),
  thenable: tool("thenable", ({ kind }: { kind: string }) => THENABLES[kind]?.()),
  context: tool("context", (_input, context) => facts(context)),
  progress: tool("progress", async ({ steps }: { steps: number }, context) => {
    for (let step = 1; step <= steps; step += 1) {
      context.progress({ progress: step, total: steps, message: `step ${step}` });
      if (step % 2 === 0) await wait(1);
    }
    return "through";
  }),
  wait: tool("wait", async ({ ms }: { ms: number }) => {
    await wait(ms);
    return ms;
  }),
  /** Never ends by itself. Writes down what its signal said, then ends with the signal's reason. */
  untilAborted: tool("untilAborted", ({ file }: { file?: string }, context) => {
    const { signal } = context;
    return new Promise((_resolve, reject) => {
      const alive = setInterval(() => {}, 1_000);
      signal.addEventListener("abort", () => {
        clearInterval(alive);
        if (file !== undefined) appendFileSync(file, `${describeReason(signal.reason)}\n`);
        reject(signal.reason as Error);
      });
      context.progress({ progress: 0 });
    });
  }),
  /** Ignores its signal for `ms` milliseconds, and writes down when it is through. */
  stubborn: tool("stubborn", async (input: { ms: number; file: string }, context) => {
    context.progress({ progress: 0 });
    await wait(input.ms);
    appendFileSync(input.file, "through\n");
    return "through";
  }),
  /** Calls another tool, and gives back what came of it. */
  ask: tool("ask", async ({ name, input }: { name: string; input: unknown }, { call }) => {
    try {
      return { output: await call(name, input) };
    } catch (thrown) {
      return { thrown };
    }
  }),
  /** Calls another tool with options as they are told, and a signal of its own that aborts after `abortMs`. */
  askWith: tool("askWith", async (input: { options: object; abortMs?: number }, { call }) => {
    const { abortMs, options } = input;
    const controller = new AbortController();
    if (abortMs === 0) controller.abort(new Error("not any more"));
    else if (abortMs !== undefined)
      setTimeout(() => controller.abort(new Error("not any more")), abortMs);
    const signal = abortMs === undefined ? {} : { signal: controller.signal };
    return call("other", { of: "askWith" }, { ...options, ...signal }).catch(
      (thrown: unknown) => thrown,
    );
  }),
  /** Calls another tool many times at once. */
  askMany: tool("askMany", ({ times }: { times: number }, { call }) =>
    Promise.all(Array.from({ length: times }, (_, place) => call("other", place))),
  ),
  /** Calls another tool and does not wait for it. */
  askAndForget: tool("askAndForget", (_input, { call }) => {
    void call("other");
    return "gone";
  }),
  /** Calls another tool when it has long been answered. */
  askLate: tool("askLate", ({ file }: { file: string }, { call }) => {
    setTimeout(() => {
      call("other").then(
        () => appendFileSync(file, "an output"),
        (thrown: unknown) => appendFileSync(file, describeReason(thrown)),
      );
    }, 20);
    return "answered";
  }),
  /** Reports what it has used, one report after the other, then ends as told. */
  use: tool("use", async ({ reports, fail }: UseInput, { reportUsage }) => {
    for (const report of reports) reportUsage(report);
    await wait(1);
    if (fail === true) throw new Error("after all that");
    return "used";
  }),
  /** Reports what it has used, and goes on until it is told to stop. */
  useUntilAborted: tool("useUntilAborted", (_input, context) => {
    const { signal } = context;
    context.reportUsage(7);
    return new Promise((_resolve, reject) => {
      const alive = setInterval(() => {}, 1_000);
      signal.addEventListener("abort", () => {
        clearInterval(alive);
        context.reportUsage(5);
        reject(signal.reason as Error);
      });
      context.progress({ progress: 0 });
    });
  }),
  /** What reports are refused with. */
  misuse: tool("misuse", ({ reports }: UseInput, { reportUsage }) =>
    [...reports, Number.NaN].map((report) => {
      try {
        reportUsage(report);
        return "taken";
      } catch (thrown) {
        return thrown instanceof TypeError ? thrown.message : "no TypeError";
      }
    }),
  ),
  /** Writes a line into a file. */
  note: tool("note", ({ file, line }: { file: string; line: string }) => {
    appendFileSync(file, `${line}\n`);
    return line;
  }),
};

function describeReason(reason: unknown): string {
  if (!ToolError.is(reason)) return `no ToolError: ${String(reason)}`;
  return `${reason.code} ${reason.message} ${JSON.stringify(reason.details)}`;
}
