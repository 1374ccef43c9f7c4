import { ToolError } from "../../core/tool-error.ts";

/** Most things of one kind that a server may list. */
const MOST_ITEMS = 100_000;
/** Most pages, for a server may go on with empty ones for ever. */
const MOST_PAGES = 10_000;

/** One page of a list. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | undefined;
}

/**
 * Reads a list page by page.
 *
 * @throws ToolError `SOURCE_UNAVAILABLE` when it has no end: over 100 000 items, or a page that leads back to one before.
 */
export async function listPages<Item>(
  what: string,
  read: (cursor: string | undefined) => Promise<ListPage<Item>>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    for (const item of page.items) all.push(item);
    cursor = page.nextCursor;
    if (all.length > MOST_ITEMS) throw endless(what, `more than ${MOST_ITEMS} items`);
    if (cursor !== undefined && (seen.has(cursor) || seen.size >= MOST_PAGES))
      throw endless(what, "pages without end");
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined);
  return all;
}

function endless(what: string, how: string): ToolError {
  const message = `The answer to ${what} has ${how}.`;
  return new ToolError("SOURCE_UNAVAILABLE", message, { retryable: false });
}
