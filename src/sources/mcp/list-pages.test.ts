import { expect, test } from "vitest";
import { listPages } from "./list-pages.ts";

test("every page is read, in order", async () => {
  const pages: Record<string, { items: number[]; nextCursor: string | undefined }> = {
    first: { items: [1, 2], nextCursor: "b" },
    b: { items: [], nextCursor: "c" },
    c: { items: [3], nextCursor: undefined },
  };
  const read = async (
    cursor = "first",
  ): Promise<{ items: number[]; nextCursor: string | undefined }> =>
    pages[cursor] ?? { items: [], nextCursor: undefined };
  expect(await listPages("tools/list", read)).toEqual([1, 2, 3]);
});

test.each([
  ["leads back", (): string => "again", []],
  ["never ends", (page: number): string => String(page), []],
  ["is too large", (page: number): string => String(page), ["x".repeat(1024 * 1024)]],
  ["has too many items", (page: number): string => String(page), Array.from({ length: 60_000 })],
])("a list that %s is refused", async (_how, next, items) => {
  let page = 0;
  const read = async (): Promise<{ items: unknown[]; nextCursor: string }> => {
    page += 1;
    return { items, nextCursor: next(page) };
  };
  await expect(listPages("tools/list", read)).rejects.toMatchObject({
    code: "SOURCE_UNAVAILABLE",
    retryable: false,
  });
  expect(page).toBeLessThanOrEqual(10_002);
});

test("an empty cursor ends a list", async () => {
  const page = { items: ["a"], nextCursor: "" };
  expect(await listPages("tools/list", () => Promise.resolve(page))).toEqual(["a"]);
});
