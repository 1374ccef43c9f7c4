import { expect, test } from "vitest";
import { connectionPlans, isWorthAnother } from "./connection-plan.ts";

const MODERN = { pin: "2026-07-28" };
const stdio = { command: "server" };
const url = "http://127.0.0.1/mcp";

test.each([
  ["stdio, nothing said", stdio, {}, [{ kind: "stdio", era: "legacy" }]],
  ["stdio, modern", stdio, { protocol: "modern" }, [{ kind: "stdio", era: MODERN }]],
  [
    "stdio, auto: a server that dies of the question is started again",
    stdio,
    { protocol: "auto" },
    [
      { kind: "stdio", era: "auto" },
      { kind: "stdio", era: "legacy" },
    ],
  ],
  [
    "HTTP, nothing said",
    { url },
    {},
    [
      { kind: "http", era: "auto" },
      { kind: "sse", era: "legacy" },
    ],
  ],
  ["Streamable HTTP", { url, type: "streamable-http" }, {}, [{ kind: "http", era: "auto" }]],
  [
    "HTTP, legacy",
    { url, type: "http" },
    { protocol: "legacy" },
    [{ kind: "http", era: "legacy" }],
  ],
  ["HTTP, modern", { url }, { protocol: "modern" }, [{ kind: "http", era: MODERN }]],
  ["SSE", { url, type: "sse" }, { protocol: "auto" }, [{ kind: "sse", era: "legacy" }]],
] as const)("%s", (_name, config, options, plans) => {
  expect(connectionPlans(config, options)).toEqual(plans);
});

test("SSE is tried where Streamable HTTP is not there, not where it is forbidden or broken", () => {
  const http = { kind: "http", era: "auto" } as const;
  const worth = (status: number | undefined): boolean =>
    isWorthAnother(http, { status, hasEnded: true });
  expect([400, 404, 405, 406, 415].map(worth)).toEqual([true, true, true, true, true]);
  expect([401, 403, 429, 500, 503, undefined].some(worth)).toBe(false);
});

test("a process is started another time only when it has ended", () => {
  const plan = { kind: "stdio", era: "auto" } as const;
  expect(isWorthAnother(plan, { status: undefined, hasEnded: true })).toBe(true);
  expect(isWorthAnother(plan, { status: undefined, hasEnded: false })).toBe(false);
});
