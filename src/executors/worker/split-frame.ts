import type { Frame } from "./protocol.ts";

/**
 * One message of a frame as a frame of its own. Messages refer to attachments by their place, so those
 * before its own stay, empty.
 *
 * @param place - Which message.
 * @param ends - For each message, how many attachments there are after its own.
 */
export function frameOfOne<Message>(
  { messages, attachments }: Frame<Message>,
  place: number,
  ends: readonly number[],
): Frame<Message> {
  const start = place === 0 ? 0 : ends[place - 1];
  const own = attachments.slice(start, ends[place]);
  const before = Array.from({ length: start ?? 0 }, () => new Uint8Array(0));
  return { messages: messages.slice(place, place + 1), attachments: [...before, ...own] };
}
