/** Frames between threads: one JSON text for all messages, bytes beside it as structured clones. */
import type { MessagePort } from "node:worker_threads";
import type { Frame } from "./protocol.ts";
import type { WrittenFrame } from "./written-frame.ts";

// Tools may replace globals; what carries their answers must not depend on them.
const { parse } = JSON;

/** What a thread is started with. */
export interface ThreadSetup {
  readonly workerId: string;
  /** Memory of the claims, see claims.ts. */
  readonly claims: SharedArrayBuffer;
  /** Where frames come in and go out. */
  readonly port: MessagePort;
}

/** A frame as `postMessage` takes it. Text alone when there are no attachments. */
export type ThreadFrame = string | readonly [json: string, ...attachments: Uint8Array[]];

/** Where a frame can be posted: a port, or a worker. */
export interface ThreadPort {
  postMessage(message: ThreadFrame, transfer?: readonly ArrayBuffer[]): void;
}

/**
 * Posts a frame. One text for all messages is far cheaper than cloning objects, and shares nothing
 * between calls. Attachments are copies that nobody else holds, so they are moved.
 */
export function postFrame(port: ThreadPort, { json, attachments }: WrittenFrame): void {
  if (attachments.length === 0) port.postMessage(json);
  else
    port.postMessage(
      [json, ...attachments],
      attachments.map(({ buffer }) => buffer as ArrayBuffer),
    );
}

/** Unpacks what {@link postFrame} posted. */
export function unpackThreadFrame(packed: ThreadFrame): Frame<unknown> {
  if (typeof packed === "string") return { messages: parse(packed) as unknown[], attachments: [] };
  const [json, ...attachments] = packed;
  return { messages: parse(json) as unknown[], attachments };
}
