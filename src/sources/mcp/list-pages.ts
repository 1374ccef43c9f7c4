import { ToolError } from "../../core/tool-error.ts";

/** Most things of one kind that a server may list. */
const MOST_ITEMS = 100_000;
/** Most pages, for a server may go on with empty ones for ever. */
const MOST_PAGES = 10_000;
/** Most characters of all pages after the first, which is one message and no larger than these may be. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** One page of a list. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | undefined;
}

/**
 * Reads a list page by page. A cursor that is empty ends it: servers mean that there is none.
 *
 * @throws ToolError `SOURCE_UNAVAILABLE` when it has no end: over 100 000 items, more than 64 Mi characters of JSON behind
 *   the first page, or a page that leads back to one before.
 */
export async function listPages<Item>(
  what: string,
  read: (cursor: string | undefined) => Promise<ListPage<Item>>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  let characters = 0;
  do {
    const page = await read(cursor);
    for (const item of page.items) all.push(item);
    if (cursor !== undefined) characters += sizeOf(page.items);
    cursor = page.nextCursor === "" ? undefined : page.nextCursor;
    const fault = faultOf(all.length, characters) ?? (cursor && cursorFault(cursor, seen));
    if (fault !== undefined) throw endless(what, fault);
  } while (cursor !== undefined);
  return all;
}

function faultOf(items: number, characters: number): string | undefined {
  if (items > MOST_ITEMS) return `more than ${MOST_ITEMS} items`;
  return characters > MOST_CHARACTERS ? `more than ${MOST_CHARACTERS} characters` : undefined;
}

/** Notes that a page was asked for. */
function cursorFault(cursor: string, seen: Set<string>): string | undefined {
  if (seen.has(cursor) || seen.size >= MOST_PAGES) return "pages without end";
  seen.add(cursor);
  return undefined;
}

function sizeOf(items: readonly unknown[]): number {
  try {
    return JSON.stringify(items).length;
  } catch {
    return 0; // Nested too deeply, which is told where they are read.
  }
}

function endless(what: string, how: string): ToolError {
  const message = `The answer to ${what} has ${how}.`;
  return new ToolError("SOURCE_UNAVAILABLE", message, { retryable: false });
}
