/** MCP over the stdin and stdout of a process that is started for it: one JSON-RPC message a line. */
import type { JSONRPCMessage, MessageExtraInfo, Transport } from "@modelcontextprotocol/client";
import { thrownText } from "../../core/thrown-text.ts";
import type { Clock } from "../../time/clock.ts";
import type { ConnectionLoss } from "./connection-loss.ts";
import { LineReader } from "./line-reader.ts";
import type { MessageWriter } from "./message-writer.ts";
import type { McpStdioServer } from "./mcp-options.ts";
import { readMessage } from "./read-message.ts";
import { ServerProcess } from "./server-process.ts";
import type { StderrTail } from "./stderr-tail.ts";

/** So many characters of other things on stdout since the last message, and the server is no MCP server. */
const MOST_GARBAGE_CHARACTERS = 1024 * 1024;

/** What a transport is made with. */
export interface StdioParts {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string>>;
  readonly maxMessageBytes: number;
  readonly stderr: StderrTail;
}

/**
 * The SDK's transport port over a {@link ServerProcess}. Lines that are no messages are kept with stderr and skipped, as
 * servers print greetings; a flood of them, or a message that is too long, breaks the connection.
 *
 * That it has `pid` and `stderr` tells the SDK that it is no HTTP.
 */
export class StdioTransport implements Transport, MessageWriter {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage, extra?: MessageExtraInfo) => void;
  readonly stderr = null;
  readonly #server: McpStdioServer;
  readonly #parts: StdioParts;
  readonly #reader: LineReader;
  #process: ServerProcess | undefined;
  #loss: ConnectionLoss | undefined;
  #garbage = 0;

  constructor(server: McpStdioServer, parts: StdioParts) {
    this.#server = server;
    this.#parts = parts;
    this.#reader = new LineReader(parts.maxMessageBytes, (line) => this.#onLine(line));
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Why it was closed, where that was the server's doing. */
  get loss(): ConnectionLoss | undefined {
    return this.#loss;
  }

  start(): Promise<void> {
    const { clock, env, stderr } = this.#parts;
    try {
      this.#process = new ServerProcess(this.#server, {
        clock,
        env,
        onOutput: (chunk) => this.#onOutput(chunk),
        onErrorOutput: (text) => stderr.add(text),
        onEnd: (loss) => this.#onLost(loss),
      });
    } catch (cause) {
      this.#onLost({ how: `cannot be started: ${thrownText(cause)}`, cause, retryable: false });
    }
    return Promise.resolve();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.write(message);
  }

  /** Sends a message. @throws NotSent when there is nobody to read it. */
  write(message: unknown): void {
    if (this.#loss !== undefined || this.#process?.isWritable !== true)
      throw new NotSent("the server cannot be written to");
    this.#process.write(`${JSON.stringify(message)}\n`);
  }

  /** Lets the server go by itself, and ends it when it does not. */
  async close(): Promise<void> {
    await this.#process?.stop(false);
  }

  /** Ends the server at once. */
  async destroy(): Promise<void> {
    await this.#process?.stop(true);
  }

  #onOutput(chunk: Buffer): void {
    if (this.#loss !== undefined) return;
    if (this.#reader.push(chunk)) return;
    const { maxMessageBytes } = this.#parts;
    this.#break(`sent a message of more than ${maxMessageBytes} bytes (\`maxMessageBytes\`)`);
  }

  #onLine(line: string): void {
    if (this.#loss !== undefined || line === "") return;
    const message = readMessage(line);
    if (message === undefined) {
      this.#skip(line);
      return;
    }
    this.#garbage = 0;
    try {
      this.onmessage?.(message);
    } catch (thrown) {
      // The SDK runs out of stack on what is nested deeply enough. It may have been an answer that somebody waits for.
      this.#break(`sent a message that cannot be read: ${thrownText(thrown)}`);
    }
  }

  #skip(line: string): void {
    this.#garbage += line.length;
    this.#parts.stderr.add(`(on stdout) ${line}\n`);
    if (this.#garbage > MOST_GARBAGE_CHARACTERS)
      this.#break("floods its stdout with what is no JSON-RPC");
  }

  /** The process lives, and nothing that it sends can be trusted. */
  #break(how: string): void {
    this.#onLost({ how });
    void this.destroy();
  }

  #onLost(loss: ConnectionLoss): void {
    if (this.#loss !== undefined) return;
    this.#loss = loss;
    this.onclose?.();
    // One that has only closed a pipe is still there.
    void this.destroy();
  }
}

/** A request that never left this process. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}
