/** MCP servers over stdio that die, hang, lie and flood: every call settles, and the link comes back by itself. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { ToolError } from "../../src/core/tool-error.ts";
import { ask, hostile, isAlive, request, watchedServer } from "../fixtures/mcp/watched-server.ts";

const SOON = { timeout: 10_000, interval: 10 };
const SECRET = "sk-live-0123456789";

const codeOf = (outcome: PromiseSettledResult<unknown>): string =>
  outcome.status === "fulfilled" ? "ok" : String((outcome.reason as Partial<ToolError>).code);

async function errorOf(work: Promise<unknown>): Promise<ToolError> {
  const thrown: unknown = await work.then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
  if (!ToolError.is(thrown)) throw thrown;
  return thrown;
}

describe("a server that is killed", () => {
  test("under 200 calls: every call settles, the link is back by itself, the next call works", async () => {
    const { server, told } = watchedServer(hostile());
    await server.start();
    const [{ pid = 0 } = {}] = server.connections();
    const hanging = Array.from({ length: 100 }, () => ask(server, "hang"));
    const again = Array.from({ length: 100 }, () =>
      ask(server, "slow", { ms: 300 }, { repeatable: true }),
    );
    const settled = Promise.allSettled([...hanging, ...again]);
    await vi.waitFor(() => expect(server.connections()[0]?.running).toBe(200), SOON);
    process.kill(pid, "SIGKILL");
    const codes = (await settled).map(codeOf);
    expect(codes.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => "OUTCOME_UNKNOWN"));
    expect(codes.slice(100)).toEqual(Array.from({ length: 100 }, () => "ok"));
    expect(await ask(server, "echo", { a: 1 })).toEqual({ a: 1 });
    expect(server.restarts).toBe(1);
    expect(told).toMatchObject({ started: 1, recovered: 1 });
    expect(told.lost.map(({ error }) => error.message)).toEqual([
      "The MCP server subject died of SIGKILL.",
    ]);
    await vi.waitFor(() => expect(told.changed).toBe(1), SOON);
    expect(server.connections()[0]?.callsDone).toBeGreaterThan(0);
  });

  test("again and again under load: every call settles, and it ends up and working", async () => {
    const { server } = watchedServer(hostile(), {
      restart: { initialIntervalMs: 5, maximumIntervalMs: 20 },
    });
    await server.start();
    const until = performance.now() + 3_000;
    const codes = new Map<string, number>();
    const load = Array.from({ length: 50 }, async () => {
      while (performance.now() < until) {
        const [outcome] = await Promise.allSettled([ask(server, "slow", { ms: 5 })]);
        const code = codeOf(outcome);
        codes.set(code, (codes.get(code) ?? 0) + 1);
        if (code !== "ok") await sleep(5);
      }
    });
    while (performance.now() < until) {
      await sleep(150);
      const pid = server.connections()[0]?.pid;
      if (pid !== undefined && isAlive(pid)) process.kill(pid, "SIGKILL");
    }
    await Promise.all(load);
    expect([...codes.keys()].filter((code) => !/^ok$|OUTCOME|UNAVAILABLE/u.test(code))).toEqual([]);
    expect(codes.get("ok")).toBeGreaterThan(50);
    expect(server.restarts).toBeGreaterThan(3);
    await vi.waitFor(async () => expect(await ask(server, "echo", {})).toEqual({}), SOON);
  });

  test("one of a pool takes only its own calls with it, and the others go on", async () => {
    const { server, told } = watchedServer(hostile(), { pool: 3 });
    await server.start();
    await vi.waitFor(
      () => expect(server.connections().map(({ state }) => state)).toEqual(["up", "up", "up"]),
      SOON,
    );
    const settled = Promise.allSettled(
      Array.from({ length: 30 }, () => ask(server, "slow", { ms: 300 })),
    );
    await vi.waitFor(
      () => expect(server.connections().map(({ running }) => running)).toEqual([10, 10, 10]),
      SOON,
    );
    process.kill(server.connections()[1]?.pid ?? 0, "SIGKILL");
    const codes = (await settled).map(codeOf);
    expect(codes.filter((code) => code === "ok").length).toBe(20);
    expect(codes.filter((code) => code === "OUTCOME_UNKNOWN").length).toBe(10);
    expect(server.state).toBe("up");
    expect(told.lost).toEqual([]);
    await vi.waitFor(
      () => expect(server.connections().map(({ state }) => state)).toEqual(["up", "up", "up"]),
      SOON,
    );
    expect(server.connections().map(({ restarts }) => restarts)).toEqual([0, 1, 0]);
  });
});

describe("while it is down", () => {
  const far = { restart: { initialIntervalMs: 600_000, maximumIntervalMs: 600_000 } };

  test("calls fail at once, with the time of the next try and its last words, without secrets", async () => {
    const { server } = watchedServer(hostile("kind", { SECRET_TOKEN: SECRET }), far);
    await server.start();
    const lost = await errorOf(ask(server, "exit", { code: 7 }));
    expect(lost.code).toBe("OUTCOME_UNKNOWN");
    expect(lost.details).toMatchObject({ exitCode: 7, stderrTail: "leaving with ***" });
    expect(server.state).toBe("down");
    const error = await errorOf(ask(server, "echo"));
    expect(error.code).toBe("SOURCE_UNAVAILABLE");
    expect(error.message).toBe(
      "The MCP server subject exited with code 7. Its last words: leaving with ***",
    );
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(JSON.stringify(error)).not.toContain(SECRET);
    expect(server.lastError).not.toContain(SECRET);
  });

  test("they wait where that is asked for, within their signal", async () => {
    const { server } = watchedServer(hostile(), { whileDown: "wait" });
    await server.start();
    await errorOf(ask(server, "exit", { code: 0 }));
    expect(await ask(server, "echo", { patient: true })).toEqual({ patient: true });

    const never = watchedServer(hostile(), { ...far, whileDown: "wait" }).server;
    await never.start();
    await errorOf(ask(never, "exit", { code: 0 }));
    const reason = new ToolError("CALL_CANCELLED", "enough");
    const controller = new AbortController();
    const waiting = errorOf(ask(never, "echo", {}, { signal: controller.signal }));
    const closing = errorOf(ask(never, "echo"));
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    await never.close();
    expect((await closing).code).toBe("CALL_CANCELLED");
  });

  test("after the most restarts it stays down, and says that no try follows", async () => {
    const { server, told } = watchedServer(hostile("dies", { SECRET_TOKEN: SECRET }), {
      restart: { initialIntervalMs: 1, maximumAttempts: 2 },
    });
    const error = await errorOf(server.start());
    expect(error.message).toBe(
      "The MCP server subject exited with code 3. Its last words: cannot find my database, key ***",
    );
    await vi.waitFor(() => expect(told.lost.at(-1)?.retryInMs).toBeUndefined(), SOON);
    expect(told.lost.length).toBe(2);
    expect(server.restarts).toBe(2);
    expect(await errorOf(ask(server, "echo"))).toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      retryable: false,
    });
  });
});

describe("a server that cannot be connected to", () => {
  test("because its command is not there is told with the command", async () => {
    const { server } = watchedServer({ command: "no-such-command-here" });
    const error = await errorOf(server.start());
    expect(error.code).toBe("SOURCE_UNAVAILABLE");
    expect(error.message).toMatch(/there is no command "no-such-command-here" on its PATH/u);
  });

  test("because its folder is not there is told so", async () => {
    const { server } = watchedServer({ command: process.execPath, cwd: "/no/such/folder" });
    expect((await errorOf(server.start())).message).toContain("there is no folder /no/such/folder");
  });

  test("because it never answers initialize is ended, with what it said on stderr", async () => {
    const { server } = watchedServer(hostile("mute"), {
      connectTimeoutMs: 700,
      restart: { maximumAttempts: 0 },
    });
    const starting = errorOf(server.start());
    await vi.waitFor(() => expect(server.connections()[0]?.pid).toBeDefined(), SOON);
    const pid = server.connections()[0]?.pid ?? 0;
    expect((await starting).message).toBe(
      "The MCP server subject did not answer within 700 ms (`connectTimeoutMs`). Its last words: waiting for the moon",
    );
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), SOON);
  });

  test("because it floods its stdout with garbage is given up", async () => {
    const { server } = watchedServer(hostile("flood"), { restart: { maximumAttempts: 0 } });
    expect((await errorOf(server.start())).message).toContain("floods its stdout");
  });

  test("starts later by itself when the first try has failed", async () => {
    const { server, told } = watchedServer(hostile("mute"), { connectTimeoutMs: 300, pool: 2 });
    await errorOf(server.start());
    expect(told.lost.length).toBe(1);
    expect(server.state).toBe("down");
    await vi.waitFor(() => expect(server.restarts).toBeGreaterThan(1), SOON);
    expect(told.lost.length).toBe(1);
  });
});

describe("a server that misbehaves", () => {
  test("with a greeting and stray lines on stdout is understood all the same", async () => {
    const { server } = watchedServer(hostile("greeting"));
    await server.start();
    expect(await ask(server, "garbage", { lines: 100 })).toBe("after garbage");
    expect(await ask(server, "echo", { a: 1 })).toEqual({ a: 1 });
    expect(server.restarts).toBe(0);
  });

  test("with megabytes on stderr is drained, and only the end is kept", async () => {
    const { server } = watchedServer(hostile());
    await server.start();
    expect(await ask(server, "stderr", { bytes: 20_000_000 })).toBe("after stderr");
    const error = await errorOf(ask(server, "exit", { code: 1 }));
    expect(String(error.details["stderrTail"]).length).toBeLessThanOrEqual(2_048);
    expect(error.message.length).toBeLessThan(1_000);
  });

  test("with a message that is too large is replaced, and its calls are told why", async () => {
    const { server } = watchedServer(hostile(), { maxMessageBytes: 100_000 });
    await server.start();
    expect(String(await ask(server, "large", { bytes: 99_000 })).length).toBe(99_000);
    const [large, beside] = await Promise.all([
      errorOf(ask(server, "large", { bytes: 200_000 })),
      errorOf(ask(server, "hang")),
    ]);
    for (const error of [large, beside]) {
      expect(error.code).toBe("OUTCOME_UNKNOWN");
      expect(error.message).toContain("sent a message of more than 100000 bytes");
    }
    await vi.waitFor(async () => expect(await ask(server, "echo", {})).toEqual({}), SOON);
  });

  test("with a closed stdout counts as dead, and is ended", async () => {
    const { server } = watchedServer(hostile());
    await server.start();
    const pid = server.connections()[0]?.pid ?? 0;
    const error = await errorOf(ask(server, "closeStdout"));
    expect(error.message).toContain("closed its stdout");
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), SOON);
    await vi.waitFor(async () => expect(await ask(server, "echo", {})).toEqual({}), SOON);
  });

  test("by exiting right after an answer: the answer counts", async () => {
    const { server } = watchedServer(hostile());
    await server.start();
    for (let round = 0; round < 5; round += 1) {
      const { content } = await server.callTool("answerAndExit", {}, request());
      expect(content).toEqual([]);
      await vi.waitFor(() => expect(server.restarts).toBe(round + 1), SOON);
      await vi.waitFor(() => expect(server.state).toBe("up"), SOON);
    }
  });

  test("with wrong answers gets errors that say what is wrong, and stays", async () => {
    const { server } = watchedServer(hostile());
    await server.start();
    expect(await errorOf(ask(server, "refuse"))).toMatchObject({
      code: "TOOL_FAILED",
      message: "The MCP server subject answered: no such luck",
      retryable: false,
      details: { rpcCode: -32_602 },
    });
    expect((await errorOf(ask(server, "nonsense"))).code).toBe("OUTPUT_INVALID");
    expect(server.restarts).toBe(0);
  });

  test("with a list that never ends is refused", async () => {
    const { server } = watchedServer(hostile("endless"));
    await server.start();
    expect((await errorOf(server.listTools(request()) as Promise<unknown>)).message).toContain(
      "pages without end",
    );
  });
});

describe("a server that hangs", () => {
  const quick = { initialIntervalMs: 20, pingIntervalMs: 100, pingTimeoutMs: 150 };

  test("while idle is ended and started again", async () => {
    const { server, told } = watchedServer(hostile("deaf"), { restart: quick });
    await server.start();
    const pid = server.connections()[0]?.pid ?? 0;
    await vi.waitFor(() => expect(told.lost.length).toBe(1), SOON);
    expect(told.lost[0]?.error.message).toContain("hangs: no answer to a ping within 150 ms");
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), SOON);
    await vi.waitFor(() => expect(told.recovered).toBeGreaterThan(0), SOON);
  });

  test("in a call that runs out of time is found out, and the other calls on it are told", async () => {
    const restart = { ...quick, pingIntervalMs: Infinity };
    const { server } = watchedServer(hostile(), { restart });
    await server.start();
    const pid = server.connections()[0]?.pid ?? 0;
    const beside = errorOf(ask(server, "hang"));
    const reason = new ToolError("DEADLINE_EXCEEDED", "out of time");
    const controller = new AbortController();
    const overdue = errorOf(ask(server, "freeze", {}, { signal: controller.signal }));
    await sleep(50);
    controller.abort(reason);
    expect(await overdue).toBe(reason);
    expect((await beside).code).toBe("OUTCOME_UNKNOWN");
    // It computes, and heeds no SIGTERM meanwhile.
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), SOON);
    await vi.waitFor(async () => expect(await ask(server, "echo", {})).toEqual({}), SOON);
  });

  test("is not what a slow call makes it: a server that answers pings is left alone", async () => {
    const { server } = watchedServer(hostile(), { restart: quick });
    await server.start();
    const reason = new ToolError("DEADLINE_EXCEEDED", "out of time");
    const controller = new AbortController();
    const overdue = errorOf(ask(server, "hang", {}, { signal: controller.signal }));
    controller.abort(reason);
    await overdue;
    expect(await ask(server, "slow", { ms: 600 })).toBe("at last");
    expect(server.restarts).toBe(0);
  });
});

describe("closing", () => {
  test("ends a server that ignores everything, and what it has started", async () => {
    const { server } = watchedServer(hostile("stubborn"));
    await server.start();
    const { pid, grandchild } = (await ask(server, "pids")) as { pid: number; grandchild: number };
    expect([pid, grandchild].map(isAlive)).toEqual([true, true]);
    const running = errorOf(ask(server, "hang"));
    const from = performance.now();
    const closing = server.close();
    expect((await running).code).toBe("CALL_CANCELLED");
    expect(performance.now() - from).toBeLessThan(500);
    await closing;
    expect(performance.now() - from).toBeLessThan(5_000);
    await vi.waitFor(() => expect([pid, grandchild].map(isAlive)).toEqual([false, false]), SOON);
    expect(server.state).toBe("closed");
    expect(await errorOf(ask(server, "echo"))).toMatchObject({ code: "SOURCE_UNAVAILABLE" });
  });

  test("while it connects, and while it waits to be started again, leaves nothing behind", async () => {
    const { server } = watchedServer(hostile("mute"));
    const starting = errorOf(server.start());
    await vi.waitFor(() => expect(server.connections()[0]?.pid).toBeDefined(), SOON);
    const pid = server.connections()[0]?.pid ?? 0;
    await server.close();
    expect((await starting).code).toBe("CALL_CANCELLED");
    expect(isAlive(pid)).toBe(false);

    const waiting = watchedServer(hostile("dies")).server;
    await errorOf(waiting.start());
    await waiting.close();
    const { restarts } = waiting;
    await sleep(100);
    expect(waiting.restarts).toBe(restarts);
  });
});
