/** Python's ToolRegistry, in a process of its own which is asked line by line (`bench/peers/python/driver.py`). */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { PythonPeer } from "../../peers/python/set-up.ts";
import type { OpenAiToolCall } from "../../workload.ts";
import type { Entrant, OpenEntrant, TimedAnswers } from "../entrant.ts";
import type { SourceKind } from "../kinds.ts";
import type { CalculatorAddresses } from "../server-processes.ts";

/** The modes that it has. */
export const PYTHON_MODES = ["thread", "process"] as const;

/** How long it may take to close what it has before it is killed. */
const CLOSE_MS = 5_000;
const MS_PER_SECOND = 1_000;

/** How tables call it. */
export function pythonTitle(version: string, mode: (typeof PYTHON_MODES)[number]): string {
  return `Python ${version} ${mode}`;
}

/** Both modes, or none where the version is missing or does not have this kind. */
export function pythonIn(
  peer: PythonPeer,
  kind: SourceKind,
  addresses: CalculatorAddresses,
): Entrant[] {
  if ("missing" in peer) return [];
  // Version 0.4 speaks to MCP servers over SSE only.
  if (peer.version.startsWith("0.4.") && (kind === "mcp-stdio" || kind === "mcp-http")) return [];
  return PYTHON_MODES.map((mode) => ({
    title: pythonTitle(peer.version, mode),
    isOurs: false,
    mayFail: true,
    open: (calls) => {
      const driver = new Driver(peer, kind);
      return driver.open({ mode, target: targetOf(kind, addresses), calls });
    },
  }));
}

/** What is registered: an address, or the command of an MCP server. */
function targetOf(kind: SourceKind, addresses: CalculatorAddresses): unknown {
  if (kind === "openapi") return addresses.openapi;
  if (kind === "mcp-http") return addresses.mcpHttp;
  return kind === "mcp-sse" ? addresses.mcpSse : addresses.mcpStdio;
}

interface OpenCommand {
  readonly mode: string;
  readonly target: unknown;
  readonly calls: readonly OpenAiToolCall[];
}

/** One process, which lives as long as the registry in it. */
class Driver {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor({ python, driver }: Extract<PythonPeer, { python: string }>, kind: SourceKind) {
    const args = [driver, kind.startsWith("mcp-") ? "mcp" : kind];
    // Without the variable Python would write compiled files beside the sources.
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
    this.#child = spawn(python, args, { env, stdio: ["pipe", "pipe", "ignore"] });
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("Python has no stdout.");
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async open(command: OpenCommand): Promise<OpenEntrant> {
    try {
      await this.#reply();
      const first = await this.#ask({ do: "open", ...command });
      return { first, again: () => this.#ask({ do: "answer" }), close: () => this.#close() };
    } catch (thrown) {
      await this.#close();
      throw thrown;
    }
  }

  async #ask(command: object): Promise<TimedAnswers> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
    const reply = (await this.#reply()) as { seconds: number; answers: unknown[] };
    return { ms: reply.seconds * MS_PER_SECOND, answers: reply.answers };
  }

  async #reply(): Promise<unknown> {
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error("Python ended without an answer.");
    return JSON.parse(value);
  }

  async #close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_MS);
    this.#child.stdin?.end();
    await exit;
    clearTimeout(timer);
  }
}
