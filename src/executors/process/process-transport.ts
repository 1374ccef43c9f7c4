/**
 * A child process behind the {@link WorkerTransport} port.
 *
 * Descriptors of the child: 1 and 2 are pipes whose text is passed on; 3 is a socket for frames; 4 is
 * the claim file; 5 and 6 are the files of parcels, where there are such. What tools print can therefore never end up in the frames.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { compileCacheFolder } from "../pool/compile-cache.ts";
import type { ResolvedPoolOptions } from "../pool/pool-options.ts";
import { StderrTail } from "../pool/stderr-tail.ts";
import { readResidentBytes } from "../pool/task-times.ts";
import { workerEntry } from "../pool/worker-entry.ts";
import type {
  TransportListener,
  WorkerOutputSink,
  WorkerTransport,
} from "../pool/worker-transport.ts";
import { SharedFile } from "../worker/claims.ts";
import { type FrameLimits, FrameReader, encodeFrame } from "../worker/frame-codec.ts";
import { type ParcelFiles, ParcelReader, ParcelWriter } from "../worker/parcels.ts";
import type { Frame, FromWorker, ToWorker } from "../worker/protocol.ts";
import { writeFrame } from "../worker/written-frame.ts";
import { childEnvironment } from "./child-environment.ts";
import { childFlags } from "./child-flags.ts";
import { openClaimFile } from "./claim-file.ts";
import type { GrantedRights } from "./granted-rights.ts";
import { endWithThisProcess } from "../../processes/living-children.ts";
import { openParcelFiles } from "./parcel-files.ts";

/** What V8 prints before it aborts for want of memory. */
const OUT_OF_MEMORY = /JavaScript heap out of memory/;
/** Longest wait for pipes to close after a child's exit: its own children may hold them open. */
const PIPES_CLOSE_MS = 200;

const NO_FILES = { own: "ignore", others: "ignore" } as const;
let processCount = 0;

/** What a child process is started with. */
export interface ProcessParts {
  readonly options: ResolvedPoolOptions;
  readonly workerOutput: WorkerOutputSink;
  /** The only rights it has. Undefined: all. */
  readonly rights?: GrantedRights | undefined;
}

/** Starts a child process and speaks with it. */
export class ProcessTransport implements WorkerTransport {
  readonly workerId: string = `process-${(processCount += 1)}`;
  readonly threadId: undefined = undefined;
  readonly claims: SharedFile;
  readonly #claimFd: number = openClaimFile();
  readonly #parcelFiles: ParcelFiles | undefined = openParcelFiles();
  readonly #outgoing: FrameLimits<ParcelWriter>;
  readonly #incoming: FrameLimits<ParcelReader>;
  readonly #reader: FrameReader<FromWorker>;
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #listener: TransportListener;
  readonly #stderrTail = new StderrTail();
  #failure: unknown;
  #pipesTimer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(parts: ProcessParts, listener: TransportListener) {
    const { options, workerOutput } = parts;
    this.#listener = listener;
    this.claims = new SharedFile(this.#claimFd);
    const { maxFrameBytes } = options;
    const files = this.#parcelFiles;
    this.#outgoing = { maxFrameBytes, parcels: files && new ParcelWriter(files) };
    this.#incoming = { maxFrameBytes, parcels: files && new ParcelReader(files) };
    this.#reader = new FrameReader(this.#incoming, (frame) => listener.onFrame(frame));
    this.#child = this.#spawn(parts);
    this.#child.on("error", (error) => {
      this.#failure = error;
      if (this.#child.pid === undefined) this.#end(null, null);
    });
    this.#channel = this.#channelOf(this.#child);
    endWithThisProcess(this.#child);
    this.#readFrames();
    this.#passOn(workerOutput);
    this.#child.on("close", (code, signal) => this.#end(code, signal));
    this.#child.on("exit", (code, signal) => {
      this.#pipesTimer = setTimeout(() => this.#end(code, signal), PIPES_CLOSE_MS);
    });
  }

  get isSending(): boolean {
    return this.#channel.writableLength > 0;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get receivedBytes(): number {
    return this.#channel.bytesRead + (this.#incoming.parcels?.receivedBytes ?? 0);
  }

  send(frame: Frame<ToWorker>): number {
    const { parcels } = this.#outgoing;
    const before = parcels?.sentBytes ?? 0;
    const bytes = encodeFrame(writeFrame(frame), this.#outgoing);
    if (!this.#ended && this.#channel.writable) this.#channel.write(bytes);
    return bytes.byteLength + (parcels?.sentBytes ?? 0) - before;
  }

  memoryBytes(): number | undefined {
    return readResidentBytes(String(this.#child.pid));
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  get stderrTail(): string {
    return this.#stderrTail.text;
  }

  setReferenced(referenced: boolean): void {
    const { stdout, stderr } = this.#child;
    for (const handle of [this.#child, this.#channel, stdout as Socket, stderr as Socket]) {
      if (referenced) handle.ref();
      else handle.unref();
    }
  }

  #spawn({ options, rights }: ProcessParts): ChildProcess {
    const entry = fileURLToPath(workerEntry("process"));
    const { own, others } = this.#parcelFiles ?? NO_FILES;
    try {
      return spawn(process.execPath, [...childFlags(options, rights), entry], {
        stdio: ["ignore", "pipe", "pipe", "pipe", this.#claimFd, own, others],
        env: childEnvironment(process.env, {
          NODE_COMPILE_CACHE: compileCacheFolder(process.env),
          ...options.env,
          TOOLYARD_WORKER_ID: this.workerId,
          TOOLYARD_MAX_FRAME_BYTES: String(options.maxFrameBytes),
          TOOLYARD_PARCELS: this.#parcelFiles && "yes",
        }),
        cwd: options.cwd,
        windowsHide: true,
      });
    } catch (thrown) {
      this.#closeFiles();
      throw thrown;
    }
  }

  /** When descriptors have run out there are no pipes, whatever the types say; the reason is emitted later. */
  #channelOf({ stdio }: { readonly stdio?: ChildProcess["stdio"] | undefined }): Socket {
    const channel = stdio?.[3];
    if (channel !== undefined && channel !== null) return channel as Socket;
    this.#ended = true;
    this.#closeFiles();
    throw new Error("no file descriptors are left for another process");
  }

  #readFrames(): void {
    this.#channel.on("data", (chunk: Buffer) => {
      if (this.#failure !== undefined) return;
      try {
        this.#reader.push(chunk);
      } catch (thrown) {
        // After garbage nothing on this channel can be trusted.
        this.#failure = thrown;
        this.kill();
      }
    });
    // A dead child resets the channel; its exit is what counts.
    this.#channel.on("error", () => {});
  }

  #closeFiles(): void {
    closeSync(this.#claimFd);
    if (this.#parcelFiles === undefined) return;
    closeSync(this.#parcelFiles.own);
    closeSync(this.#parcelFiles.others);
  }

  #passOn(workerOutput: WorkerOutputSink): void {
    const { workerId } = this;
    this.#child.stdout
      ?.setEncoding("utf8")
      .on("data", (text: string) => workerOutput({ workerId, text }));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderrTail.add(text);
      workerOutput({ workerId, text });
    });
  }

  #end(code: number | null, signal: string | null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#pipesTimer);
    const stderrTail = this.#stderrTail.text;
    const outOfMemory = OUT_OF_MEMORY.test(stderrTail);
    const { pendingBytes } = this.#reader;
    if (pendingBytes > 0) this.#failure ??= cutShort({ code, signal, pendingBytes });
    this.#listener.onExit({ code, signal, outOfMemory, cause: this.#failure, stderrTail });
    this.#closeFiles();
    for (const stream of this.#child.stdio) stream?.destroy();
  }
}

/** A worker has ended while it was sending. */
function cutShort(end: {
  readonly code: number | null;
  readonly signal: string | null;
  readonly pendingBytes: number;
}): Error {
  const how = end.signal === null ? `exited with code ${end.code}` : `died of ${end.signal}`;
  return new Error(`it ${how} in the middle of a frame, of which ${end.pendingBytes} bytes came`);
}
