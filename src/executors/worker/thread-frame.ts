/** Frames between threads: one JSON text for all messages, bytes beside it. */
import type { MessagePort } from "node:worker_threads";
import { OwnedBytes } from "./bytes-codec.ts";
import type { Attachment, Frame } from "./protocol.ts";
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
export type ThreadFrame = string | readonly [json: string, ...attachments: Attachment[]];

/** Where a frame can be posted: a port, or a worker. */
export interface ThreadPort {
  postMessage(message: ThreadFrame, transfer?: readonly ArrayBuffer[]): void;
}

/**
 * Posts a frame. One text for all messages is far cheaper than cloning objects, and shares nothing
 * between calls. Attachments that others hold are copied, and the copies moved: that is one copy where a
 * clone takes two.
 */
export function postFrame(port: ThreadPort, { json, attachments }: WrittenFrame): void {
  if (attachments.length === 0) return port.postMessage(json);
  const moving: ArrayBuffer[] = [];
  const packed = attachments.map((one) => {
    if (typeof one === "string") return one;
    const own = one instanceof OwnedBytes ? one : new Uint8Array(one);
    moving.push(own.buffer);
    return own;
  });
  port.postMessage([json, ...packed], moving);
}

/** Unpacks what {@link postFrame} posted. @throws SyntaxError or RangeError when it is none of that. */
export function unpackThreadFrame(packed: ThreadFrame): Frame<unknown> {
  if (typeof packed === "string") return { messages: listIn(packed), attachments: [] };
  const [json, ...attachments] = packed;
  return { messages: listIn(json), attachments };
}

function listIn(json: string): unknown[] {
  const messages: unknown = parse(json);
  if (!Array.isArray(messages)) throw new RangeError("A frame holds no list of messages.");
  return messages;
}
