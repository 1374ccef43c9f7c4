import { expect, test } from "vitest";
import { errorText } from "./error-text.ts";

function said(body: unknown, type = "application/json"): string {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = { status: 400, headers: { "content-type": type }, body: Buffer.from(text) };
  return errorText(response, (shown) => shown.replaceAll("s3cret", "***"));
}

test.each([
  [
    { type: "about:blank", title: "Out of credit", detail: "Your balance is 30" },
    "Out of credit: Your balance is 30",
  ],
  [{ title: "Invalid", errors: [{ pointer: "#/age" }] }, 'Invalid [{"pointer":"#/age"}]'],
  [{ title: "Invalid", validation: [{ code: "minItems" }] }, 'Invalid [{"code":"minItems"}]'],
  [{ error: { message: "No such model", code: 7 } }, "No such model"],
  [{ error: "invalid_grant", error_description: "expired" }, "expired"],
  [{ error: "nope" }, "nope"],
  [{ message: "Bad credentials", documentation_url: "x" }, "Bad credentials"],
  [{ errors: [{ message: "a" }] }, '{"errors":[{"message":"a"}]}'],
  [{ code: 3 }, '{"code":3}'],
  ["just text", "just text"],
])("the JSON %j says: %s", (body, text) => {
  expect(said(typeof body === "string" ? JSON.stringify(body) : body)).toBe(text);
});

test("a page is its title and its words", () => {
  const page =
    "<!doctype html><html><head><title>502 Bad\nGateway</title><style>p{}</style></head>" +
    "<body><script>alert(1)</script><h1>Oops</h1><p>Try &amp; wait&#33;</p></body></html>";
  expect(said(page, "text/html")).toBe("502 Bad Gateway: Oops Try & wait!");
});

test("JSON without a type is read, broken JSON is shown, bytes are not", () => {
  expect(said('{"message":"m"}', "")).toBe("m");
  expect(said('{"message":', "application/json")).toBe('{"message":');
  expect(said("abc", "image/png")).toBe("");
  expect(said("a\0b", "")).toBe("");
});

test("it is bounded, and secrets are taken out before it is cut", () => {
  const text = said(`${"x".repeat(2_045)}s3cret and more`, "text/plain");
  expect(text).toContain("***");
  expect(text).not.toMatch(/s3|cret/);
  expect(said("y".repeat(60_000), "text/plain").length).toBeLessThan(2_100);
});

test("hostile markup takes no time that matters", () => {
  const startedAt = process.cpuUsage();
  said("<title".repeat(10_000), "text/html");
  said("<script>".repeat(8_000), "text/html");
  said("<!--".repeat(16_000), "text/html");
  said("<".repeat(64_000), "text/html");
  said("&#".repeat(32_000), "text/html");
  expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(400);
});
