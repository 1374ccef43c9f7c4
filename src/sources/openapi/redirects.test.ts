import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { HiddenTexts } from "../hidden-texts.ts";
import type { HttpRequest } from "./http-agent.ts";
import { isFollowed, redirected } from "./redirects.ts";

const SECRET = "s3cret-key";
const hidden = new HiddenTexts([SECRET]);
const secrets = { query: `key=${SECRET}`, isIn: (text: string) => hidden.isIn(text) };

const REQUEST: HttpRequest = {
  origin: "https://api.test",
  path: `/a/b?key=${SECRET}`,
  method: "GET",
  headers: ["accept", "*/*", "Authorization", `Bearer ${SECRET}`, "cookie", "a=1", "x-own", "1"],
  body: undefined,
};

function refusal(location: string): string {
  try {
    redirected(REQUEST, location, secrets);
    return "followed";
  } catch (thrown) {
    return ToolError.is(thrown) ? `${thrown.code}: ${thrown.message}` : "other";
  }
}

test("at the same origin everything stays, and a key that was left out is there again", () => {
  expect(redirected(REQUEST, "../c?x=1#part", secrets)).toEqual({
    ...REQUEST,
    path: `/c?x=1&key=${SECRET}`,
  });
  expect(redirected(REQUEST, "/c?key=other", secrets).path).toBe("/c?key=other");
});

test.each([
  "https://other.test/c",
  "https://api.test:444/c",
  "//other.test/c",
  "https://api.test.other.test/c",
])("at %s nothing that lets in stays", (location) => {
  const sent = redirected(REQUEST, `${location}?again=${SECRET}&x=1`, secrets);
  expect(sent.path).toBe("/c?x=1");
  expect(sent.headers).toEqual(["accept", "*/*"]);
  expect(sent.origin).not.toBe("https://api.test");
});

test("a key does not come back at another origin that redirects once more", () => {
  const away = redirected(REQUEST, "https://other.test/c", secrets);
  const further = redirected(away, "/d", secrets);
  expect(further).toMatchObject({ origin: "https://other.test", path: "/d" });
  expect(redirected(further, "https://api.test/e", secrets).path).toBe("/e");
  expect(redirected(redirected(REQUEST, "/c", secrets), "/d", secrets).path).toBe(
    `/d?key=${SECRET}`,
  );
});

test.each(["file:///etc/passwd", "data:text/plain,x", "ftp://other.test/c"])(
  "what is no http, like %s, is not followed, from http either",
  (location) => {
    const from = { ...REQUEST, origin: "http://api.test" };
    expect(() => redirected(from, location, secrets)).toThrow(
      expect.objectContaining({ code: "PERMISSION_DENIED" }),
    );
  },
);

test("from https to http, with a secret in the path, and to nowhere is not followed", () => {
  expect(refusal("http://api.test/c")).toContain(
    "PERMISSION_DENIED: api.test redirects from https",
  );
  expect(refusal(`https://other.test/${SECRET}`)).toContain("PERMISSION_DENIED");
  expect(refusal("https://")).toContain("TOOL_FAILED");
  expect(refusal(`http://other.test/?k=${SECRET}`)).not.toContain(SECRET);
});

test.each([
  [301, "GET", true],
  [302, "HEAD", true],
  [303, "GET", true],
  [307, "GET", true],
  [308, "GET", true],
  [300, "GET", false],
  [304, "GET", false],
  [305, "GET", false],
  [302, "POST", false],
  [307, "DELETE", false],
])("status %i of %s is followed: %s", (status, method, follows) => {
  const response = { status, headers: { location: "/" }, body: Buffer.alloc(0) };
  expect(isFollowed(response, method)).toBe(follows);
  expect(isFollowed({ ...response, headers: {} }, method)).toBe(false);
});
