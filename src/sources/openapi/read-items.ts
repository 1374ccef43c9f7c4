/**
 * Answers that are lists of items, one after the other, as a list (OpenAPI 3.2, section 4.14.3: sequential media types):
 * lines of JSON, JSON text sequences (RFC 7464) and server-sent events (HTML, section 9.2.6).
 */

/** An event of a stream; its data as a value where it is JSON. */
interface StreamEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: unknown;
}

const JSON_LINES = /[/+](?:x-ndjson|ndjson|jsonl|json-seq)$/;

/**
 * The items of a text, by its media type. Undefined when it is a text of another kind, or not what it calls itself: then
 * the text itself tells more.
 */
export function readItems(text: string, type: string): readonly unknown[] | undefined {
  if (type === "text/event-stream") return readEvents(text);
  return JSON_LINES.test(type) ? readLines(text) : undefined;
}

function readLines(text: string): readonly unknown[] | undefined {
  const isSequence = text.includes("\u001E");
  const lines = text.split(isSequence ? "\u001E" : "\n").filter((line) => line.trim() !== "");
  try {
    return lines.map((line) => JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}

function readEvents(text: string): readonly StreamEvent[] | undefined {
  const events = text
    .replaceAll(/\r\n?/g, "\n")
    .split(/\n{2,}/)
    .flatMap(readEvent);
  return events.length === 0 ? undefined : events;
}

/** What has no data is no event: a comment that keeps the connection open, or how long to wait. */
function readEvent(block: string): StreamEvent[] {
  const fields: Record<"event" | "id" | "data", string[]> = { event: [], id: [], data: [] };
  for (const line of block.split("\n")) {
    const [, name, value = ""] = /^(event|id|data)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name !== undefined) fields[name as keyof typeof fields].push(value);
  }
  if (fields.data.length === 0) return [];
  const [event, id] = [fields.event.at(-1), fields.id.at(-1)];
  return [
    {
      ...(event !== undefined && { event }),
      ...(id !== undefined && { id }),
      data: dataOf(fields.data.join("\n")),
    },
  ];
}

function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
