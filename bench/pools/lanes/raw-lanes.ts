/** Bare channels to bare workers: what messages cost when nobody looks after anything. */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { fileOf } from "../../bench-file.ts";
import type { StartedPool } from "../../contenders/contender.ts";
import { frameOf, type RawAnswer, type RawCall, readFrames } from "../../peers/raw-batch.ts";
import type { WorkTask } from "../../tools/work.ts";
import type { PoolPlace } from "./executor-lane.ts";
import { type Lane, peerLane } from "./lane.ts";

/** Most calls in a message. */
const BATCH_CALLS = 256;

/** One bare worker and the way to it. */
interface RawChannel {
  send(text: string): void;
  close(): Promise<void>;
}

type OpenChannel = (onText: (text: string) => void) => RawChannel;

/** Messages of up to 256 calls to bare workers, by turns. A call on its own is a message on its own. */
export function rawLane(place: PoolPlace, workers: number): Lane {
  const title = place === "thread" ? "bare postMessage" : "bare socket pair";
  return peerLane(title, () => startRaw(place, workers));
}

/** Starts bare workers. */
export function startRaw(place: PoolPlace, workers: number): StartedPool<WorkTask> {
  const open = place === "thread" ? openThread : openProcess;
  return new RawPool(Array.from({ length: workers }, () => open));
}

class RawPool implements StartedPool<WorkTask> {
  readonly #channels: readonly RawChannel[];
  readonly #pending = new Map<number, (output: unknown) => void>();
  #unsent: RawCall[] = [];
  #calls = 0;
  #turn = 0;

  constructor(opens: readonly OpenChannel[]) {
    this.#channels = opens.map((open) => open((text) => this.#receive(text)));
  }

  run({ name, input }: WorkTask): Promise<unknown> {
    if (this.#unsent.length === 0) queueMicrotask(() => this.#flush());
    const seq = (this.#calls += 1);
    this.#unsent.push([seq, name, input]);
    return new Promise((resolve) => this.#pending.set(seq, resolve));
  }

  async close(): Promise<void> {
    await Promise.all(this.#channels.map((channel) => channel.close()));
  }

  #flush(): void {
    const calls = this.#unsent;
    this.#unsent = [];
    const share = Math.min(BATCH_CALLS, Math.ceil(calls.length / this.#channels.length));
    for (let from = 0; from < calls.length; from += share) {
      this.#turn = (this.#turn + 1) % this.#channels.length;
      this.#channels[this.#turn]?.send(JSON.stringify(calls.slice(from, from + share)));
    }
  }

  #receive(text: string): void {
    for (const [seq, output] of JSON.parse(text) as readonly RawAnswer[]) {
      this.#pending.get(seq)?.(output);
      this.#pending.delete(seq);
    }
  }
}

const openThread: OpenChannel = (onText) => {
  const worker = new Worker(fileOf("peers/raw-thread"));
  worker.on("message", onText);
  return {
    send: (text) => worker.postMessage(text),
    close: async () => void (await worker.terminate()),
  };
};

const openProcess: OpenChannel = (onText) => {
  const child = spawn(process.execPath, [fileURLToPath(fileOf("peers/raw-process"))], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    // A child is the slower to start the more variables it gets.
    env: { PATH: process.env["PATH"] },
  });
  const channel = child.stdio[3] as Socket;
  channel.on("data", readFrames(onText));
  const ended = new Promise<void>((resolve) => {
    child.on("exit", () => resolve());
  });
  return {
    send: (text) => void channel.write(frameOf(text)),
    close: async () => {
      channel.end();
      await ended;
    },
  };
};
