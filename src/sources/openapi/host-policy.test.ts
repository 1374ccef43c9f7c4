import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { isPrivateAddress } from "./address-class.ts";
import { checkUrl, fitsHost, resolvePolicy } from "./host-policy.ts";
import type { HttpPolicy } from "./openapi-options.ts";

test.each([
  ..."0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255".split(
    " ",
  ),
  ..."192.0.0.1 192.168.1.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 203.0.113.9".split(" "),
  ...":: ::1 fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 ff02::1 fec0::1 2001:db8::1 100::1".split(
    " ",
  ),
  ..."::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::7f00:1 64:ff9b::10.0.0.1 2002:7f00:1:: ::ffff:0:127.0.0.1".split(
    " ",
  ),
  "localhost",
  "",
])("%s is no address of the public internet", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each(
  "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.169.0.1 223.255.255.255 2606:4700::1111 2a00::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::".split(
    " ",
  ),
)("%s is public", (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});

test.each([
  ["api.test", "https://api.test/x", true],
  ["api.test", "https://api.test:8443/", true],
  ["API.test", "https://api.TEST./", true],
  ["api.test:443", "https://api.test/", true],
  ["api.test:443", "http://api.test/", false],
  ["localhost:8080", "http://localhost:8080/", true],
  ["localhost:8080", "http://localhost:9090/", false],
  ["*.api.test", "https://a.b.api.test/", true],
  ["*.api.test", "https://api.test/", false],
  ["*.api.test", "https://evilapi.test/", false],
  ["api.test", "https://api.test.evil/", false],
  ["api.test", "https://api.test@evil.test/", false],
  ["[::1]:80", "http://[::1]/", true],
  ["[::1]", "http://[0:0:0:0:0:0:0:1]:99/", true],
])("the pattern %s and %s: %s", (pattern, url, fits) => {
  expect(fitsHost(pattern, new URL(url))).toBe(fits);
});

interface Case {
  readonly policy?: HttpPolicy;
  readonly named?: readonly string[];
  readonly given?: readonly string[];
  readonly isTrusted?: boolean;
}

function answer(
  url: string,
  { policy = {}, named = [], given = [], isTrusted = false }: Case,
): string {
  try {
    checkUrl(new URL(url), resolvePolicy(policy, { named, given, isTrusted }));
    return "ok";
  } catch (thrown) {
    return ToolError.is(thrown, "PERMISSION_DENIED") ? thrown.message : "other";
  }
}

test("without settings only the servers are asked", () => {
  const named = ["https://api.test/v1"];
  expect(answer("https://api.test/v2", { named })).toBe("ok");
  expect(answer("https://api.test:444/", { named })).toContain("allowHosts");
  expect(answer("https://other.test/", { named })).toContain(
    "The host other.test may not be asked",
  );
  expect(answer("ftp://api.test/", { named })).toContain("Only http and https");
});

// Every way to write 127.0.0.1 that a URL knows, and IPv6 that stands for it.
test.each([
  "127.0.0.1",
  "2130706433",
  "0177.0.0.1",
  "0x7f.1",
  "127.1",
  "[::ffff:127.0.0.1]",
  "[::1]",
  "0",
])("a document from elsewhere cannot name http://%s", (host) => {
  const url = `http://${host}/`;
  expect(answer(url, { named: [url] })).toContain("private address");
  expect(answer(url, { named: [url], isTrusted: true })).toBe("ok");
  expect(answer(url, { named: [url], policy: { allowPrivateAddresses: true } })).toBe("ok");
  const policy = { allowPrivateAddresses: false };
  expect(answer(url, { named: [url], isTrusted: true, policy })).toContain("private address");
});

test("an exact name in allowHosts may be private, a pattern may not, and a given address may", () => {
  const url = "http://127.0.0.1:8080/";
  expect(answer(url, { policy: { allowHosts: ["127.0.0.1:8080"] } })).toBe("ok");
  expect(answer(url, { policy: { allowHosts: ["*.0.0.1"] } })).toContain("private address");
  expect(answer(url, { given: [url] })).toBe("ok");
  expect(answer("http://127.0.0.1:8081/", { given: [url] })).toContain("allowHosts");
});
