import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { modulePath, moduleUrl } from "./module-url.ts";

const HERE = `${pathToFileURL(process.cwd()).href}/`;

test.each<[string | URL, string]>([
  ["file:///a/b.ts?line=3#top", "file:///a/b.ts?line=3#top"],
  [new URL("file:///a/b.ts?line=3"), "file:///a/b.ts?line=3"],
  ["/a/b.ts", "file:///a/b.ts"],
  ["/a/./c/../b c?.ts", "file:///a/b%20c%3F.ts"],
  ["./b.mjs", `${HERE}b.mjs`],
  ["tools/b.js", `${HERE}tools/b.js`],
  ["c:b.ts", `${HERE}c:b.ts`],
])("%s is the module %s", (location, url) => {
  expect(moduleUrl(location)).toBe(url);
});

test.each(["https://example.com/tools.js", new URL("https://example.com/tools.js"), "node:fs"])(
  "%s is refused, for it is no file",
  (location) => {
    expect(() => moduleUrl(location)).toThrow(TypeError);
    expect(() => moduleUrl(location)).toThrow(`${String(location)} is none`);
  },
);

test.each(["", undefined, 7])("%j is refused", (location) => {
  expect(() => moduleUrl(location as string)).toThrow("A module is given by a file URL or a path.");
});

test("a module is shown as a path, with its query", () => {
  expect(modulePath("file:///a/b%20c.ts?line=3")).toBe("/a/b c.ts?line=3");
});
