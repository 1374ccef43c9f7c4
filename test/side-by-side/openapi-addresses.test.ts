import type { LookupAddress } from "node:dns";
import { afterEach, expect, test, vi } from "vitest";
import { resolvePolicy } from "../../src/sources/openapi/host-policy.ts";
import { openHttpAgent } from "../../src/sources/openapi/http-agent.ts";

/** A name server that is somebody else's. */
const { answers, lookup } = vi.hoisted(() => {
  const addressesOf = new Map<string, string[]>();
  const find = (
    hostname: string,
    _options: unknown,
    callback: (error: null, addresses: LookupAddress[]) => void,
  ): void => {
    const found = (addressesOf.get(hostname) ?? []).map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    setImmediate(callback, null, found);
  };
  return { answers: addressesOf, lookup: find };
});

vi.mock(import("node:dns"), async (original) => ({
  ...(await original()),
  lookup: lookup as never,
}));

afterEach(() => answers.clear());

test.each<[readonly string[], boolean]>([
  [["127.0.0.1"], true],
  [["127.0.0.1", "::1"], true],
  [["127.0.0.1", "2000::1"], false],
  [["2000::1", "127.0.0.1"], false],
])("a name at %j is not connected to, and is private: %s", async (addresses, isPrivate) => {
  answers.set("named.test", [...addresses]);
  const named = ["http://named.test"];
  const agent = await openHttpAgent(resolvePolicy({}, { named, given: [], isTrusted: false }));
  const request = {
    origin: "http://named.test",
    path: "/",
    method: "GET",
    headers: [],
    body: undefined,
  };
  await expect(agent.send(request, undefined)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  expect(agent.isPrivate("named.test")).toBe(isPrivate);
  await agent.close();
});

test("a name that changes its address is what it was last", async () => {
  const named = ["http://named.test"];
  const agent = await openHttpAgent(resolvePolicy({}, { named, given: [], isTrusted: false }));
  const request = {
    origin: "http://named.test",
    path: "/",
    method: "GET",
    headers: [],
    body: undefined,
  };
  for (const addresses of [["127.0.0.1"], ["127.0.0.1", "2000::1"]]) {
    answers.set("named.test", addresses);
    await expect(agent.send(request, undefined)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
  }
  expect(agent.isPrivate("named.test")).toBe(false);
  await agent.close();
});
