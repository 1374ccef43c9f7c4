/** A worker thread behind the {@link WorkerTransport} port. */
import {
  MessageChannel,
  type MessagePort,
  type ResourceLimits,
  Worker,
  receiveMessageOnPort,
} from "node:worker_threads";
import { compileCacheFolder } from "../pool/compile-cache.ts";
import type { ResolvedPoolOptions } from "../pool/pool-options.ts";
import { StderrTail } from "../pool/stderr-tail.ts";
import { workerEntry } from "../pool/worker-entry.ts";
import type {
  TransportListener,
  WorkerOutputSink,
  WorkerTransport,
} from "../pool/worker-transport.ts";
import { SharedRing, makeRingMemory } from "../worker/claims.ts";
import {
  type Attachment,
  type Frame,
  type FromWorker,
  type ToWorker,
  attachmentSize,
} from "../worker/protocol.ts";
import {
  type ThreadFrame,
  type ThreadSetup,
  postFrame,
  unpackThreadFrame,
} from "../worker/thread-frame.ts";
import { writeFrame } from "../worker/written-frame.ts";

const BYTES_PER_MB = 1024 * 1024;
/**
 * At its cap a thread gets 16 MB more to end in, and beyond these V8 aborts the whole program. What moves from
 * the young generation to the old one at once must therefore be less than with V8's default.
 */
const YOUNG_GENERATION_MB = 16;

let threadCount = 0;

/** What a thread is started with. */
export interface ThreadParts {
  readonly options: ResolvedPoolOptions;
  readonly workerOutput: WorkerOutputSink;
}

/** Starts a thread and speaks with it. */
export class ThreadTransport implements WorkerTransport {
  readonly workerId: string = `thread-${(threadCount += 1)}`;
  readonly claims: SharedRing;
  readonly isSending = false;
  readonly pid: undefined = undefined;
  readonly threadId: number;
  #received = 0;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #stderrTail = new StderrTail();
  #failure: unknown;
  /** Whether something came that is no frame. What came before an error, such as want of memory, counts. */
  #isGarbage = false;

  constructor({ options, workerOutput }: ThreadParts, listener: TransportListener) {
    const { workerId } = this;
    const memory = makeRingMemory();
    this.claims = new SharedRing(memory);
    // Not the port that every thread has: tools could reach that one.
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const setup: ThreadSetup = { workerId, claims: memory, port: port2 };
    this.#worker = new Worker(workerEntry("thread"), {
      name: workerId,
      workerData: setup,
      transferList: [port2],
      ...(options.execArgv && { execArgv: [...options.execArgv] }),
      env: definedOnly({
        NODE_COMPILE_CACHE: compileCacheFolder(process.env),
        ...process.env,
        ...options.env,
      }),
      resourceLimits: resourceLimitsOf(options),
    });
    this.threadId = this.#worker.threadId;
    this.#passOn(workerOutput);
    port1.on("message", (packed: ThreadFrame) => this.#onMessage(packed, listener));
    this.#worker.on("error", (error: Error) => (this.#failure ??= error));
    this.#worker.on("exit", (code) => this.#onExit(code, listener));
  }

  get receivedBytes(): number {
    return this.#received;
  }

  send(frame: Frame<ToWorker>): number {
    const written = writeFrame(frame);
    // Afterwards some of it has moved away.
    const size = sizeOf(written.json, written.attachments);
    postFrame(this.#port, written);
    return size;
  }

  /** Node before 22.16 does not tell. */
  async memoryBytes(): Promise<number | undefined> {
    const statistics = await this.#worker.getHeapStatistics?.().catch(() => undefined);
    if (statistics === undefined) return undefined;
    return statistics.total_heap_size + statistics.external_memory;
  }

  kill(): void {
    void this.#worker.terminate();
  }

  get stderrTail(): string {
    return this.#stderrTail.text;
  }

  setReferenced(referenced: boolean): void {
    for (const handle of [this.#worker, this.#port]) {
      if (referenced) handle.ref();
      else handle.unref();
    }
  }

  /**
   * Unpiped from our own streams rather than asked for with `stdout: true`: that holds the program open
   * through a port that `unref` does not reach.
   */
  #passOn(workerOutput: WorkerOutputSink): void {
    const { workerId } = this;
    const { stdout, stderr } = this.#worker;
    for (const stream of [stdout, stderr]) {
      stream.unpipe().resume();
      stream.on("data", (chunk) => workerOutput({ workerId, text: String(chunk) }));
    }
    stderr.on("data", (chunk) => this.#stderrTail.add(String(chunk)));
  }

  #onMessage(packed: ThreadFrame, listener: TransportListener): void {
    if (this.#isGarbage) return;
    try {
      const frame = unpackThreadFrame(packed) as Frame<FromWorker>;
      const json = typeof packed === "string" ? packed : packed[0];
      this.#received += sizeOf(json, frame.attachments);
      listener.onFrame(frame);
    } catch (thrown) {
      // After garbage nothing on this channel can be trusted.
      this.#isGarbage = true;
      this.#failure ??= thrown;
      this.kill();
    }
  }

  #onExit(code: number, listener: TransportListener): void {
    let last = receiveMessageOnPort(this.#port);
    for (; last !== undefined; last = receiveMessageOnPort(this.#port)) {
      this.#onMessage(last.message as ThreadFrame, listener);
    }
    this.#port.close();
    const failure = this.#failure as NodeJS.ErrnoException | undefined;
    const outOfMemory = failure?.code === "ERR_WORKER_OUT_OF_MEMORY";
    const stderrTail = this.#stderrTail.text;
    listener.onExit({ code, signal: null, outOfMemory, cause: failure, stderrTail });
  }
}

function sizeOf(json: string, attachments: readonly Attachment[]): number {
  return attachments.reduce((size, one) => size + attachmentSize(one), json.length);
}

/** Node would hand on an undefined variable as the text "undefined". */
function definedOnly(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}

function resourceLimitsOf({ maxMemoryBytes }: ResolvedPoolOptions): ResourceLimits {
  if (maxMemoryBytes === undefined) return {};
  const maxOldGenerationSizeMb = Math.ceil(maxMemoryBytes / BYTES_PER_MB);
  return { maxOldGenerationSizeMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
}
