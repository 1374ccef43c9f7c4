/** The command line as people and programs use it. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { CLI_FIXTURES, runInProcess } from "../fixtures/cli/captured-io.ts";
import { CLI_ENTRY, spawnCli } from "../fixtures/cli/spawn-cli.ts";

/** Calls as JSON lines. */
function lines(...calls: (readonly [name: string, input: unknown])[]): string {
  return calls.map(([name, input]) => JSON.stringify({ name, input })).join("\n");
}

/** The objects of JSON lines. */
function parsed(text: string): Record<string, unknown>[] {
  const found = text.split("\n").filter((line) => line !== "");
  return found.map((line) => JSON.parse(line) as Record<string, unknown>);
}

// oxlint-disable-next-line no-control-regex -- what must not be there.
const CONTROL_CODES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u;

describe("toolyard run", () => {
  test("prints a line per call in call order and ends with 0 when all is well", async () => {
    const stdin = lines(["test.wait", { ms: 20 }], ["test.echo", { a: 1 }]);
    const { exitCode, stdout, stderr } = await runInProcess(["run", "-"], { stdin });

    expect(stdout).toMatch(/^✓ test\.wait .* event loop {2}"waited"\n✓ test\.echo .* \{"a":1\}\n/u);
    expect(stdout).toMatch(/\n\nasync {2}2 ok in [\d.]+ ms, \d+ calls\/s\n$/u);
    expect(stdout + stderr).not.toMatch(CONTROL_CODES);
    expect(exitCode).toBe(0);
  });

  test("ends with 1 when a call failed, and says so in its result and nowhere else", async () => {
    const stdin = lines(["test.fail", {}], ["test.none", {}], ["test.shout", { text: 7 }]);
    const { exitCode, stdout, stderr } = await runInProcess(["run", "-"], { stdin });

    expect(stdout).toContain("✗ test.fail");
    expect(stdout).toContain("TOOL_FAILED: test.fail failed: it had to be");
    expect(stdout).toContain("TOOL_NOT_FOUND");
    expect(stdout).toContain('"7"');
    expect(stdout).toContain("1 ok, 2 failed");
    expect(stderr).toBe("");
    expect(exitCode).toBe(1);
  });

  test("--json prints one result per line, in call order", async () => {
    const stdin = lines(["test.wait", { ms: 20 }], ["test.fail", {}], ["test.echo", { a: 1 }]);
    const { stdout } = await runInProcess(["run", "-", "--json"], { stdin });

    expect(parsed(stdout)).toMatchObject([
      { index: 0, runMode: "async", toolName: "test.wait", status: "ok", output: "waited" },
      { index: 1, toolName: "test.fail", status: "error", error: { code: "TOOL_FAILED" } },
      { index: 2, callId: "toolyard_2", status: "ok", output: { a: 1 }, timing: { attempts: 1 } },
    ]);
  });

  test("--format prints the messages to send back", async () => {
    const calls = ["c1", "c2"].map((id) => ({
      id,
      type: "function",
      function: { name: "test_shout", arguments: '{"text":"hi"}' },
    }));
    const stdin = JSON.stringify({ role: "assistant", tool_calls: calls });
    const flags = ["run", "-", "--format", "openai-chat"];

    const messages = [
      { role: "tool", tool_call_id: "c1", content: "HI" },
      { role: "tool", tool_call_id: "c2", content: "HI" },
    ];
    expect(JSON.parse((await runInProcess(flags, { stdin })).stdout)).toEqual(messages);
    expect(parsed((await runInProcess([...flags, "--json"], { stdin })).stdout)).toEqual(messages);
  });

  test("--timeline shows who ran what when, on stderr where stdout is for programs", async () => {
    const stdin = lines(["test.wait", { ms: 30 }], ["test.none", {}]);

    const people = await runInProcess(["run", "-", "--timeline"], { stdin });
    expect(people.stdout).toMatch(/\nevent loop +┣━ test\.wait ━+┫ +1 +\d+%\n/u);
    expect(people.stdout).toMatch(/\nnot begun +×/u);

    const programs = await runInProcess(["run", "-", "--timeline", "--json"], { stdin });
    expect(programs.stderr).toContain("┣━ test.wait ━");
    expect(parsed(programs.stdout)).toHaveLength(2);
  });

  test("--stats shows what was counted, on stderr where stdout is for programs", async () => {
    const stdin = lines(["test.echo", { a: 1 }], ["test.fail", {}]);
    const flags = ["run", "-", "--mode", "async", "--stats"];
    const { stdout } = await runInProcess(flags, { stdin });
    expect(stdout).toMatch(/│ test\.echo +│ +1 +│ +0 +│/u);
    expect(stdout).toMatch(/│ test\.fail +│ +1 +│ +1 +│/u);

    const programs = await runInProcess([...flags, "--json"], { stdin });
    expect(programs.stderr).toContain("│ test.echo");
    expect(parsed(programs.stdout)).toHaveLength(2);
  });

  test("--explain shows what calls waited for and what limits did, on stderr where stdout is for programs", async () => {
    const waits = Array.from({ length: 5 }, () => ["test.wait", { ms: 30 }] as const);
    const stdin = lines(...waits, ["test.fail", {}]);
    const flags = ["run", "-", "--config", "limits.json", "--explain"];
    const { stdout } = await runInProcess(flags, { stdin });
    expect(stdout).toMatch(/│ waited for │.*\n.*\n│ test\.wait +│ +2 │/u);
    expect(stdout).toMatch(/│ test\.wait +│ +1 of 1 │ +2 │ +[\d.]+ │ +3 │ +2 │ +- │/u);
    expect(stdout).toMatch(/│ test\.wait +│ requests +│ 10 in 1 min │ sliding │ +7 │/u);
    expect(stdout).toMatch(/│ test\.fail .*│ open for \d+ ms │/u);
    expect(stdout).toContain("test.fail: circuit opened once: a call failed\n");

    const programs = await runInProcess([...flags, "--json"], { stdin });
    expect(programs.stderr).toContain("│ waited for │");
    expect(parsed(programs.stdout)).toHaveLength(6);
  });

  test("calls that limits refused are one line that says what to do", async () => {
    const stdin = lines(...Array.from({ length: 5 }, () => ["test.wait", { ms: 5 }] as const));
    const { stdout } = await runInProcess(["run", "-", "--config", "limits.json"], { stdin });
    expect(stdout).toContain(
      "\nLimits refused 2 calls: 2× QUEUE_FULL by test.wait. " +
        "Raise the limit's `queue.max` in the config. --explain shows more.\n",
    );
    expect((await runInProcess(["run", "-"], { stdin })).stdout).not.toContain("Limits");
  });

  test("--width is the most columns of every line", async () => {
    const long = "x".repeat(300);
    const stdin = lines(["test.echo", { long }], ["test.wait", { ms: 20 }]);
    const { stdout } = await runInProcess(["run", "-", "--timeline", "--width", "60"], { stdin });
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBe(60);
  });

  test("several modes run the file once each and are compared", async () => {
    const stdin = lines(["test.echo", { a: 1 }], ["test.fail", {}]);
    const modes = ["--mode", "async,thread,process"];
    const { stdout } = await runInProcess(["run", "-", ...modes], { stdin });

    expect(stdout.match(/✓ test\.echo/gu)).toHaveLength(1);
    expect(stdout).toMatch(/│ +│ +async │ +thread │ +process │/u);
    expect(stdout).toMatch(/│ {3}TOOL_FAILED +│ +1 │ +1 │ +1 │/u);

    const json = await runInProcess(["run", "-", ...modes, "--json"], { stdin });
    const ran = parsed(json.stdout).map(({ runMode, timing }) => [
      runMode,
      (timing as { mode: string }).mode,
    ]);
    expect(ran).toEqual(
      ["async", "async", "thread", "thread", "process", "process"].map((mode) => [mode, mode]),
    );
    expect(json.stderr).toContain("wall time");
  });

  test("--timeout ends an attempt, --deadline everything", async () => {
    const stdin = lines(["test.wait", { ms: 60_000 }]);
    for (const flag of ["--timeout", "--deadline"]) {
      const { stdout } = await runInProcess(["run", "-", flag, "30"], { stdin });
      expect(stdout).toContain("DEADLINE_EXCEEDED");
    }
  });

  test("--tenant says on whose behalf, and a --priority that is no number is wrong usage", async () => {
    const stdin = lines(["test.whose", {}]);
    const { stdout } = await runInProcess(["run", "-", "--tenant", "u1", "--json"], { stdin });
    expect(parsed(stdout)).toMatchObject([{ output: "u1" }]);
    const one = await runInProcess(["call", "test.whose", "--tenant", "u2", "--priority", "-1"]);
    expect(one.stdout).toBe("u2\n");
    const wrong = await runInProcess(["call", "test.whose", "--priority", "high"]);
    expect(wrong.stderr).toContain("Give a number; a smaller one runs sooner.");
    expect(wrong.exitCode).toBe(2);
  });

  test("--concurrency 1 runs one call after the other", async () => {
    const stdin = lines(["test.wait", { ms: 25 }], ["test.wait", { ms: 1 }], ["test.echo", {}]);
    const { stdout } = await runInProcess(["run", "-", "--concurrency", "1", "--json"], { stdin });
    const waited = parsed(stdout).map(({ timing }) => timing as Record<string, unknown>);
    expect(waited.map(({ waitedFor }) => waitedFor)).toEqual([null, "*", "*"]);
    expect(waited[2]?.["queuedMs"]).toBeGreaterThan(20);
  });

  test("--module registers tools without a config, in a namespace if asked for", async () => {
    const stdin = lines(["shout", { text: "a" }], ["loud.shout", { text: "b" }]);
    const flags = ["--module", "tools.ts", "--module", "loud=./tools.ts", "--mode", "async"];
    const { stdout } = await runInProcess(["run", "-", ...flags, "--json"], { stdin });
    expect(parsed(stdout).map(({ output }) => output)).toEqual(["A", "B"]);
  });

  test("a file that calls no tools is no failure", async () => {
    const stdin = '{"role":"assistant","content":"Hello!","tool_calls":[]}';
    const { exitCode, stderr } = await runInProcess(["run", "-"], { stdin });
    expect(stderr).toBe("toolyard: standard input calls no tools.\n");
    expect(exitCode).toBe(0);
  });

  test("--expect turns failures that are meant into 0, and anything else into 1", async () => {
    const folder = await mkdtemp(join(tmpdir(), "toolyard-cli-"));
    const expected = join(folder, "expected.json");
    const stdin = lines(["test.echo", {}], ["test.fail", {}]);

    await writeFile(expected, '{"toolyard_1": "TOOL_FAILED"}');
    const met = await runInProcess(["run", "-", "--expect", expected], { stdin });
    expect(met.stdout).toContain("As expected: ");
    expect(met.exitCode).toBe(0);

    await writeFile(expected, '{"toolyard_0": "TOOL_FAILED"}');
    const unmet = await runInProcess(["run", "-", "--expect", expected], { stdin });
    expect(unmet.stdout).toContain("toolyard_0 (test.echo) gave ok, meant was TOOL_FAILED.");
    expect(unmet.stdout).toContain("toolyard_1 (test.fail) gave TOOL_FAILED, meant was ok.");
    expect(unmet.exitCode).toBe(1);
    await rm(folder, { recursive: true });
  });

  test("on a terminal progress is shown, and taken away before the results", async () => {
    const stdin = lines(["test.wait", { ms: 200 }], ["test.echo", {}]);
    const { stdout, stderr } = await runInProcess(["run", "-"], { stdin, terminal: true });

    expect(stderr).toContain("1/2 done");
    expect(stderr).toContain("1 running");
    // The last thing written erases the line.
    // oxlint-disable-next-line no-control-regex -- what must be there.
    expect(stderr).toMatch(/\u001b\[2K(?:\u001b\[[\dA-Z]*)*(?:\u001b\[\?2026l)?$/u);
    expect(stdout).not.toContain("\u001b");
  });
});

describe("toolyard call", () => {
  test("prints text as it is and anything else as JSON", async () => {
    const text = await runInProcess(["call", "test.shout", "text=hi", "times:=2"]);
    expect(text).toEqual({ exitCode: 0, stdout: "HIHI\n", stderr: "" });

    const json = await runInProcess(["call", "test.echo", "--input", '{"a":1,"b":2}', "b=x"]);
    expect(JSON.parse(json.stdout)).toEqual({ a: 1, b: "x" });
  });

  test("--json prints the whole result as one line", async () => {
    const { stdout } = await runInProcess(["call", "test.shout", "text=hi", "--json"]);
    expect(parsed(stdout)).toMatchObject([{ index: 0, toolName: "test.shout", output: "HI" }]);
  });

  test("a failure is on stderr with its code and what to do, and the exit code is 1", async () => {
    const { exitCode, stdout, stderr } = await runInProcess(["call", "test.shot", "text=hi"]);
    expect(stderr).toMatch(/^toolyard: TOOL_NOT_FOUND: .*test\.shout.* See: toolyard list\n$/u);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  });

  test("--mode says where", async () => {
    const { stdout } = await runInProcess(["call", "test.echo", "--mode", "process", "--json"]);
    expect(parsed(stdout)).toMatchObject([{ timing: { mode: "process" } }]);
  });
});

describe("toolyard list and schema", () => {
  test("list shows every tool, or those of a tag or namespace", async () => {
    const all = await runInProcess(["list"]);
    expect(all.stdout.split("\n")).toHaveLength(11);
    expect(all.stdout).toMatch(/^test\.echo +auto: process {2}Gives back what it is given$/mu);

    const tagged = await runInProcess(["list", "--tag", "quick", "--tag", "text", "--json"]);
    expect(JSON.parse(tagged.stdout)).toMatchObject([{ name: "test.shout", namespace: "test" }]);

    const none = await runInProcess(["list", "--namespace", "other"]);
    expect(none).toEqual({ exitCode: 0, stdout: "No tools fit.\n", stderr: "" });
  });

  test("schema prints what a provider takes", async () => {
    const openAi = await runInProcess(["schema", "test.shout"]);
    expect(JSON.parse(openAi.stdout)).toMatchObject([
      { type: "function", function: { name: "test_shout", description: "A text in capitals" } },
    ]);

    const anthropic = await runInProcess(["schema", "--format", "anthropic", "*.e*"]);
    expect(JSON.parse(anthropic.stdout)).toMatchObject([
      { name: "test_echo" },
      { name: "test_exit" },
    ]);
  });
});

describe("wrong usage is one line, a remedy and exit code 2", () => {
  test.each([
    [["run", "-", "--modes", "async"], /unknown option '--modes'/u],
    [["run"], /missing required argument 'file'/u],
    [["run", "-", "--mode", "fast"], /Modes are auto, async, thread, process\./u],
    [["run", "-", "--mode", "async,async"], /A mode is given twice\./u],
    [["run", "-", "--concurrency", "0"], /Give an integer from 1\./u],
    [["run", "-", "--timeout", "soon"], /Give milliseconds, above 0\./u],
    [["run", "-", "--format", "xml"], /Allowed choices are openai-chat/u],
    [["run", "-", "--format", "gemini", "--mode", "async,thread"], /Give one --mode with it\./u],
    [["run", "none.json"], /none\.json cannot be read: there is no such file\. Check the path\./u],
    [["run", "."], /\. cannot be read: it is a directory\./u],
    [["run", "-", "--config", "none.json"], /none\.json/u],
    [["run", "-", "--config", "broken.json"], /broken\.json:4:3 +timeout.*timeoutMs/u],
    [
      ["run", "-", "--module", "none.ts"],
      /^toolyard: --module none\.ts names \S+none\.ts, which is no file\. Relative paths start from \S+\.$/mu,
    ],
    [
      ["list", "--module", "a=https://x.org/t.js"],
      /^toolyard: --module a=\S+ is no path and no file/u,
    ],
    [["run", "-", "--expect", "none.json"], /none\.json cannot be read/u],
    [["run", "broken.json"], /broken\.json:2:3: not valid JSON/u],
    [["call", "test.echo", "nonsense"], /"nonsense" is not an argument\. Write key=text/u],
    [["call", "test.echo", "a:={"], /The value of a is not valid JSON/u],
    [["schema", "test.shot"], /There is no tool "test\.shot"\. Did you mean "test\.shout"/u],
    [["lst"], /unknown command 'lst'/u],
  ])("toolyard %j", async (args, complaint) => {
    const stdin = lines(["test.echo", {}]);
    const { exitCode, stdout, stderr } = await runInProcess(args, { stdin });
    expect(stderr).toMatch(complaint);
    expect(stderr).toMatch(/^toolyard: /u);
    expect(stderr.split("\n").length).toBeLessThanOrEqual(7);
    expect(stderr).not.toMatch(/^ +at /mu);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });

  test("where there is no config, it says how to name tools", async () => {
    const { exitCode, stderr } = await runInProcess(["list"], { cwd: tmpdir() });
    expect(stderr).toBe(
      "toolyard: There is no toolyard.json here. " +
        "Name a config with --config FILE, or a module that exports tools with --module FILE, " +
        "an OpenAPI document with --openapi FILE, MCP servers with --mcp FILE.\n",
    );
    expect(exitCode).toBe(2);
  });

  test("a bad line of JSON lines is named by its number", async () => {
    const stdin = `${lines(["test.echo", {}])}\n{"name":\n`;
    const { stderr, exitCode } = await runInProcess(["run", "-"], { stdin });
    expect(stderr).toMatch(/^toolyard: standard input:2:9: not valid JSON: a value is expected/u);
    expect(exitCode).toBe(2);
  });

  test("no command shows the help", async () => {
    const { exitCode, stdout, stderr } = await runInProcess([]);
    expect(stderr).toContain("Usage: toolyard");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });
});

test("a Node that is too old says so, and reads no more than it needs for that", async () => {
  const preload = `
    import { registerHooks } from "node:module";
    Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });
    registerHooks({ resolve(name, context, next) { console.log(name); return next(name, context); } });`;
  const flag = `--import=data:text/javascript,${encodeURIComponent(preload)}`;
  const ended: unknown = await promisify(execFile)(process.execPath, [
    flag,
    CLI_ENTRY,
    "--version",
  ]).catch((failure: unknown) => failure);
  expect(ended).toMatchObject({
    code: 2,
    stderr: "toolyard needs Node 22.19 or newer; this is v20.20.2.\n",
  });
  const [entry, ...imported] = (ended as { stdout: string }).stdout.trim().split("\n");
  expect(entry).toContain("cli/main.ts");
  expect(imported.toSorted()).toEqual(["./node-version.ts", "node:module"]);
});

describe("help", () => {
  test.each([[[]], [["run"]], [["call"]], [["list"]], [["schema"]]])(
    "%j --help is on stdout and no mistake",
    async (command) => {
      const { exitCode, stdout, stderr } = await runInProcess([...command, "--help"]);
      expect(stdout).toMatch(/^Usage: toolyard/u);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    },
  );

  test("--version is the package's", async () => {
    expect((await runInProcess(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });
});

describe("interrupted in this process", () => {
  test("finished calls keep their results, and no other mode is begun", async () => {
    const stdin = lines(["test.echo", { a: 1 }], ["test.wait", { ms: 60_000 }]);
    const { exitCode, stdout } = await runInProcess(
      ["run", "-", "--json", "--mode", "async,thread"],
      {
        stdin,
        onWrite: (written, interrupt) => {
          if (written.includes('"index":0')) interrupt({ is: "signal", signal: "SIGINT" });
        },
      },
    );
    expect(parsed(stdout)).toMatchObject([
      { status: "ok", output: { a: 1 } },
      { status: "error", error: { code: "CALL_CANCELLED", message: "Interrupted by SIGINT." } },
    ]);
    expect(exitCode).toBe(130);
  });
});

describe.concurrent("as a program", () => {
  test.each(["thread", "process"])("Ctrl-C in mode %s leaves nothing behind", async (mode) => {
    const calls = [
      ["test.echo", { a: 1 }],
      ["test.wait", { ms: 60_000 }],
      ["test.loop", {}],
    ] as const;
    const cli = spawnCli(["run", "-", "--json", "--mode", mode], lines(...calls));
    await Promise.all([
      cli.printed('"output":{"a":1}'),
      cli.printed("wait has begun"),
      cli.printed("loop has begun"),
    ]);
    cli.signalGroup("SIGINT");
    const { exitCode, stdout, stderr } = await cli.ended;

    expect(parsed(stdout)).toMatchObject([
      { status: "ok", output: { a: 1 } },
      { error: { code: "CALL_CANCELLED" }, timing: { mode } },
      { error: { code: "CALL_CANCELLED" }, timing: { mode } },
    ]);
    expect(stderr).toContain("Stopping. Press Ctrl-C again to stop at once.\n");
    expect(exitCode).toBe(130);
    expect(await cli.isGone()).toBe(true);
  });

  test.each(["run -", "call any", "list", "schema", "check"])(
    "Ctrl-C ends `%s` while a module is loaded that never ends loading",
    async (command) => {
      const args = [...command.split(" "), "--module", "never-loads.ts"];
      const cli = spawnCli(args, lines(["any", {}]));
      await cli.printed("loading for ever");
      cli.signalGroup("SIGINT");
      const { exitCode, stderr } = await cli.ended;
      expect(stderr).toContain("Stopping. Press Ctrl-C again to stop at once.\n");
      expect(exitCode).toBe(130);
      expect(await cli.isGone()).toBe(true);
    },
  );

  test("Ctrl-C twice at once leaves nothing behind either", async () => {
    const calls = lines(["test.wait", { ms: 60_000 }], ["test.loop", {}]);
    const cli = spawnCli(["run", "-", "--mode", "process"], calls);
    await Promise.all([cli.printed("wait has begun"), cli.printed("loop has begun")]);
    cli.signalGroup("SIGINT");
    cli.signalGroup("SIGTERM");
    expect([130, 143]).toContain((await cli.ended).exitCode);
    expect(await cli.isGone()).toBe(true);
  });

  test("SIGTERM does the same and is 143", async () => {
    const cli = spawnCli(["run", "-", "--json"], lines(["test.wait", { ms: 60_000 }]));
    await cli.printed("wait has begun");
    cli.signal("SIGTERM");
    const { exitCode, stdout } = await cli.ended;
    expect(parsed(stdout)).toMatchObject([{ error: { code: "CALL_CANCELLED" } }]);
    expect(exitCode).toBe(143);
  });

  test("what tools print on the event loop goes to stderr", async () => {
    const { exitCode, stdout, stderr } = await spawnCli(
      ["run", "-", "--json"],
      lines(["test.print", {}]),
    ).ended;
    expect(parsed(stdout)).toMatchObject([{ output: "printed" }]);
    expect(stderr).toContain("printed to stdout\nwritten to stdout\nprinted to stderr\n");
    expect(exitCode).toBe(0);
  });

  test("what tools print in workers goes to stderr", async () => {
    const { stdout, stderr } = await spawnCli(
      ["run", "-", "--json", "--mode", "thread,process"],
      lines(["test.print", {}]),
    ).ended;
    expect(parsed(stdout)).toHaveLength(2);
    expect(stderr.match(/written to stdout\n/gu)).toHaveLength(2);
  });

  test("a tool that ends the program loses no result that was there", async () => {
    const calls = lines(["test.echo", { a: 1 }], ["test.echo", { a: 2 }], ["test.exit", {}]);
    const flags = ["run", "-", "--json", "--concurrency", "1"];
    const { exitCode, stdout, stderr } = await spawnCli(flags, calls).ended;
    expect(parsed(stdout)).toMatchObject([{ output: { a: 1 } }, { output: { a: 2 } }]);
    expect(stderr).toContain("a tool on the event loop ended the program");
    expect(exitCode).toBe(1);
  });

  test("a run that is cut off still explains what waited for what", async () => {
    // The first gives the others the time to come and wait.
    const calls = lines(["test.wait", { ms: 300 }], ["test.exit", {}], ["test.echo", {}]);
    const flags = ["run", "-", "--explain", "--concurrency", "1"];
    const { stdout } = await spawnCli(flags, calls).ended;
    expect(stdout).toMatch(/│ \* +│ +1 of 1 │ +2 │ +[\d.,]+ │ +2 │ +0 │/u);
  });

  test("an error thrown outside of any call stops the run and loses no result", async () => {
    const calls = lines(["test.echo", { a: 1 }], ["test.stray", {}]);
    const { exitCode, stdout, stderr } = await spawnCli(["run", "-", "--json"], calls).ended;
    expect(parsed(stdout)).toMatchObject([{ status: "ok" }, { error: { code: "CALL_CANCELLED" } }]);
    expect(stderr).toMatch(/^toolyard: a tool .* threw outside of its call: thrown aside\. .*\n$/u);
    expect(exitCode).toBe(1);
  });

  test("a run that nothing can end any more is ended", async () => {
    const calls = lines(["test.echo", {}], ["test.stuck", {}]);
    const { exitCode, stdout, stderr } = await spawnCli(["run", "-", "--json"], calls).ended;
    expect(parsed(stdout)).toMatchObject([{ status: "ok" }, { error: { code: "CALL_CANCELLED" } }]);
    expect(stderr).toContain("waits for something that never comes");
    expect(exitCode).toBe(1);
  });

  test("a reader that goes away is no crash", async () => {
    const calls = lines(...Array.from({ length: 2_000 }, () => ["test.echo", {}] as const));
    const command = `"$0" "$1" run - --json --mode async | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const shell = promisify(execFile)("bash", ["-c", command, process.execPath, CLI_ENTRY], {
      cwd: CLI_FIXTURES,
    });
    shell.child.stdin?.end(calls);
    const { stdout, stderr } = await shell;
    const [line = "", code] = stdout.split("\n");
    expect(JSON.parse(line)).toMatchObject({ index: 0, status: "ok" });
    expect(["0", "141"]).toContain(code);
    expect(stderr).toBe("");
  });
});
