import type { Attachment, Frame } from "./protocol.ts";

/** A {@link Frame} on its way out: its messages are written down, whatever becomes of their values. */
export interface WrittenFrame {
  /** The JSON text of the list of messages. */
  readonly json: string;
  readonly attachments: readonly Attachment[];
}

// Tools may replace globals; what carries their answers must not depend on them.
const { stringify } = JSON;

/**
 * Writes one message or a list of them as JSON text.
 *
 * @throws RangeError when it is longer than a string can be, and what a getter in it throws.
 */
export function writeJson(messages: unknown): string {
  return stringify(messages);
}

/** Writes a frame. @throws RangeError as {@link writeJson}. */
export function writeFrame({ messages, attachments }: Frame<unknown>): WrittenFrame {
  return { json: writeJson(messages), attachments };
}
