import { expect, test } from "vitest";
import { type CredentialParts, missingCredentials } from "./missing-credentials.ts";
import type { Operation } from "./operation.ts";

const SCHEMES: CredentialParts["schemes"] = {
  token: { kind: "bearer" },
  login: { kind: "basic" },
  key: { kind: "apiKey", in: "header", name: "X-Key" },
};

function operation(...security: readonly (readonly string[])[]): Operation {
  const plan = { method: "GET", path: "/", baseUrl: "", parameters: [], security };
  return { name: "get", description: "", input: {}, tags: [], plan } as unknown as Operation;
}

function missing(
  operations: readonly Operation[],
  parts: Partial<CredentialParts> = {},
): readonly string[] {
  return missingCredentials(operations, {
    credentials: {},
    schemes: SCHEMES,
    headers: {},
    ...parts,
  });
}

test("says which scheme has no credential, how many operations need it, and what to set", () => {
  const operations = [operation(["token"]), operation(["token", "key"]), operation()];
  expect(missing(operations)).toEqual([
    '2 operations need the security scheme "token", for which no credential is given. Set `auth: { "token": { bearer: "…" } }`.',
    '1 operation needs the security scheme "key", for which no credential is given. Set `auth: { "key": { apiKey: "…" } }`.',
  ]);
});

test.each<[string, readonly (readonly string[])[], Partial<CredentialParts>]>([
  ["one of the ways in is met", [["login"], ["key"]], { credentials: { key: { apiKey: "k" } } }],
  ["one of the ways in is none", [["login"], []], {}],
  ["the fallback fits", [["token"]], { credentials: { default: { bearer: "b" } } }],
  ["a header lets in", [["token"]], { headers: { authorization: "Bearer b" } }],
  ["the header of the key is given", [["key"]], { headers: { "x-key": "k" } }],
])("says nothing when %s", (_case, security, parts) => {
  expect(missing([operation(...security)], parts)).toEqual([]);
});

test("says it when the fallback is of another kind, or a part of a way is missing", () => {
  const credentials = { default: { bearer: "b" } };
  expect(missing([operation(["token", "login"])], { credentials })).toEqual([
    expect.stringContaining('"login"'),
  ]);
  expect(missing([operation(["key"])], { headers: { "X-Other": "k" } })).toHaveLength(1);
});
