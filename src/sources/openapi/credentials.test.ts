import { expect, test } from "vitest";
import { arePortable, checkCredentials, fillInAccess, secretsOf } from "./credentials.ts";
import { checkOptions } from "./check-options.ts";
import type { SecurityScheme } from "./operation.ts";

/* eslint-disable no-template-curly-in-string -- the texts are filled in by what is tested */

const SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  token: { kind: "bearer" },
  login: { kind: "basic" },
  key: { kind: "apiKey", in: "header", name: "X-Key" },
  oauth: { kind: "clientCredentials", tokenUrl: "https://auth.test/token", scopes: [] },
  person: { kind: "other", type: "openIdConnect" },
};

function ask(): string {
  return "asked";
}

test("fills the environment into credentials and headers, and leaves functions alone", () => {
  const given = {
    auth: {
      token: { bearer: "${TOKEN}" },
      login: { username: "me", password: "${WORD:-none}" },
      key: { apiKey: ask },
    },
    headers: { "X-Env": "at ${TOKEN}!" },
  };
  expect(fillInAccess(given, { TOKEN: "t1" })).toEqual({
    auth: {
      token: { bearer: "t1" },
      login: { username: "me", password: "none" },
      key: { apiKey: ask },
    },
    headers: { "X-Env": "at t1!" },
  });
});

test.each([
  [
    { auth: { token: { bearer: "${NOT_THERE}" } } },
    /`auth.token.bearer` needs the environment variable NOT_THERE/,
  ],
  [{ auth: { token: { bearre: "x" } } }, /`auth.token` must be one of/],
  [{ auth: { token: "x" } }, /`auth.token` must be one of/],
  [{ auth: { login: { username: "x" } } }, /`auth.login` must be one of/],
  [{ headers: { "bad name": "x" } }, /no header can have/],
  [{ headers: { "x-a": "a\r\nx-b: 1" } }, /`headers.x-a` must be a text of one line/],
])("%j is refused", (given, message) => {
  expect(() => fillInAccess(given as never, {})).toThrow(message);
});

test.each([
  [
    { token: { bearer: "x" }, login: { username: "a", password: "b" }, key: { apiKey: "k" } },
    undefined,
  ],
  [{ oauth: { clientId: "a", clientSecret: "b" }, person: { bearer: "x" } }, undefined],
  [{ person: { clientId: "a", clientSecret: "b", tokenUrl: "https://a.test" } }, undefined],
  [{ default: { apiKey: "x" } }, undefined],
  [{ other: { bearer: "x" } }, /`auth.other` names no security scheme.*token, login, key/],
  [{ constructor: { bearer: "x" } }, /`auth.constructor` names no/],
  [{ key: { bearer: "x" } }, /takes \{ apiKey/],
  [{ person: { clientId: "a", clientSecret: "b" } }, /takes \{ bearer/],
])("credentials %j", (credentials, message) => {
  const check = (): void => checkCredentials(credentials, SCHEMES);
  if (message === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(message);
});

test("knows which texts are secrets: credentials, and headers that say so or come from the environment", () => {
  const written = {
    Accept: "text/csv",
    "X-Token": "h3ader",
    "X-Env": "${THING}",
    Authorization: "Bearer abcdef",
  };
  const auth = {
    login: { username: "someone", password: "passw0rd" },
    oauth: { clientId: "me", clientSecret: "cs3cret" },
  };
  const secrets = secretsOf(
    fillInAccess({ auth, headers: written }, { THING: "from-env" }),
    written,
  );
  const basic = Buffer.from("someone:passw0rd").toString("base64");
  expect(new Set(secrets)).toEqual(
    new Set(["passw0rd", basic, "cs3cret", "h3ader", "from-env", "Bearer abcdef", "abcdef"]),
  );
});

test("only texts can go to a worker", () => {
  expect(arePortable({ a: { bearer: "x" } })).toBe(true);
  expect(arePortable({ a: { clientId: "x", clientSecret: () => "y" } })).toBe(false);
});

test.each([
  [{ maxRedirects: -1 }, /maxRedirects/],
  [{ maxResponseBytes: 0 }, /maxResponseBytes/],
  [{ connections: 1.5 }, /connections/],
  [{ allowHosts: ["https://api.test"] }, /without a scheme/],
  [{ allowHosts: ["api.test/x"] }, /no host/],
  [{ allowHosts: "api.test" }, /list of hosts/],
  [{ allowPrivateAddresses: "yes" }, /true or false/],
])("the settings %j are refused", (options, message) => {
  expect(() => checkOptions(options as never)).toThrow(message);
});

test("hosts as people write them are taken", () => {
  const allowHosts = [
    "api.test",
    "*.api.test",
    "localhost:8080",
    "127.0.0.1",
    "[::1]:80",
    "a_b.test.",
  ];
  expect(() => checkOptions({ allowHosts, maxRedirects: 0 })).not.toThrow();
});

test.each(["bearer", "apiKey"])("a %s with a line break is refused, and not shown", (field) => {
  const auth = { token: { [field]: "${TOKEN}" } } as never;
  const fill = (): unknown => fillInAccess({ auth }, { TOKEN: "from-a-file\n" });
  expect(fill).toThrow(`\`auth.token.${field}\` has a line break`);
  expect(fill).not.toThrow("from-a-file");
});
