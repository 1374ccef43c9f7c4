/** Frames between threads: one JSON text for all messages, bytes beside it. */
import type { MessagePort } from "node:worker_threads";
import { OwnedBytes } from "./bytes-codec.ts";
import type { Attachment, Frame } from "./protocol.ts";
import { type TextEncoding, encodedSize, encodingOf } from "./text-encoding.ts";
import type { WrittenFrame } from "./written-frame.ts";

// Tools may replace globals; what carries their answers must not depend on them.
const { parse } = JSON;

/**
 * Characters from which V8 keeps text that is made from bytes outside its heap. A clone of text that long has to find
 * room inside, which takes several times as long as the copy itself.
 */
const HUGE_TEXT = 1_031_913;

/** What a thread is started with. */
export interface ThreadSetup {
  readonly workerId: string;
  /** Memory of the claims, see claims.ts. */
  readonly claims: SharedArrayBuffer;
  /** Where frames come in and go out. */
  readonly port: MessagePort;
}

/** A frame as `postMessage` takes it. Text alone when there are no attachments. */
export type ThreadFrame = string | readonly [json: string, ...attachments: PostedAttachment[]];

type PostedAttachment = Attachment | readonly [encoding: TextEncoding, bytes: Uint8Array];

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
    if (typeof one === "string") return one.length < HUGE_TEXT ? one : encoded(one, moving);
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
  return { messages: listIn(json), attachments: attachments.map(unpacked) };
}

function encoded(text: string, moving: ArrayBuffer[]): PostedAttachment {
  const encoding = encodingOf(text);
  const bytes = Buffer.allocUnsafeSlow(encodedSize(text, encoding));
  bytes.write(text, encoding);
  moving.push(bytes.buffer);
  return [encoding, bytes];
}

function unpacked(attachment: PostedAttachment): Attachment {
  if (typeof attachment === "string" || attachment instanceof Uint8Array) return attachment;
  const [encoding, { buffer, byteOffset, byteLength }] = attachment;
  return Buffer.from(buffer, byteOffset, byteLength).toString(encoding);
}

function listIn(json: string): unknown[] {
  const messages: unknown = parse(json);
  if (!Array.isArray(messages)) throw new RangeError("A frame holds no list of messages.");
  return messages;
}
