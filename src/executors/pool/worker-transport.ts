import type { ClaimOffers } from "../worker/claims.ts";
import type { Frame, FromWorker, ToWorker } from "../worker/protocol.ts";

/** Text that a worker printed to its stdout or stderr. */
export interface WorkerOutput {
  readonly workerId: string;
  readonly text: string;
}

/** Receives what workers print. Must not throw. */
export type WorkerOutputSink = (output: WorkerOutput) => void;

/** How a worker ended. */
export interface WorkerExit {
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null;
  /** The signal that ended it; null when none did. Threads have none. */
  readonly signal: string | null;
  /** Whether it went over its memory cap. */
  readonly outOfMemory: boolean;
  /** What broke the channel to it, if something did. */
  readonly cause?: unknown;
  /** The last lines it printed to stderr. */
  readonly stderrTail: string;
}

/** What a transport tells its pool. */
export interface TransportListener {
  onFrame(frame: Frame<FromWorker>): void;
  /** Called once, after the last frame. */
  onExit(exit: WorkerExit): void;
}

/**
 * The way to one worker, whatever kind it is. Frames arrive in order, whole or not at all; every
 * frame that the worker had sent when it died arrives before `onExit`.
 */
export interface WorkerTransport {
  /** Unique among the workers of this process: `thread-3`, `process-7`. */
  readonly workerId: string;
  /** A child's process id; undefined for threads. */
  readonly pid: number | undefined;
  /** A thread's id; undefined for processes. */
  readonly threadId: number | undefined;
  /** Size of all frames that came from the worker: bytes, or characters of text for threads. */
  readonly receivedBytes: number;
  /** The last lines it has printed to stderr. */
  readonly stderrTail: string;
  /** Which calls the worker may begin; readable also after its death. */
  readonly claims: ClaimOffers;
  /** Whether something that was sent is still on this side. */
  readonly isSending: boolean;
  /**
   * Sends a frame, and returns its size: bytes, or characters of text for threads. Ignored when the worker is
   * gone; `onExit` follows then.
   *
   * @throws RangeError when it is more than the channel takes; nothing is sent then.
   */
  send(frame: Frame<ToWorker>): number;
  /** Memory it holds now, whatever it does: resident memory of a process, heap and buffers of a thread. Undefined where nobody tells. */
  memoryBytes(): number | undefined | Promise<number | undefined>;
  /** Ends the worker at once, whatever it does. `onExit` follows. */
  kill(): void;
  /** Keeps this process alive for the worker, or no longer. */
  setReferenced(referenced: boolean): void;
}

/** Starts a worker. */
export type OpenTransport = (listener: TransportListener) => WorkerTransport;
