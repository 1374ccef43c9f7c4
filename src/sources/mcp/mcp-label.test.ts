import * as fc from "fast-check";
import { expect, test } from "vitest";
import { secretsInLabel, serverLabel } from "./mcp-label.ts";

test.each([
  ["npx", ["-y", "@modelcontextprotocol/server-everything"]],
  ["node", ["/srv/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js", "/tmp/x1"]],
  ["uvx", ["mcp-server-git", "--repository", "path/to/git/repo2"]],
  ["docker", ["run", "-i", "--rm", "--port=8080", "mcp/fetch"]],
  ["node", ["a-very-long-name-of-a-script-that-goes-on.js"]],
])("%s %j is shown as it is", (command, args) => {
  expect(serverLabel({ command, args })).toBe([command, ...args].join(" "));
});

test.each([
  [["--token", "abc"], "--token ***"],
  [["--api-key", "abc", "--port", "1"], "--api-key *** --port 1"],
  [["--token=abc"], "--token=***"],
  [["--github-access-token=abc=="], "--github-access-token=***"],
  [["-e", "API_KEY=abc"], "-e API_KEY=***"],
  [["anything=abc"], "anything=***"],
  [["--header", "X-Key: abc"], "--header ***"],
  [["-H", "abc"], "-H ***"],
  [["Authorization: Bearer abc"], "Authorization: ***"],
  [["postgres://me:abc@db.test:5432/shop?key=abc"], "postgres://db.test:5432/shop"],
  [["--db=postgres://me:abc@db.test/shop"], "--db=postgres://db.test/shop"],
  [["sk-abcabcabcabcabcabc"], "***"],
  [["4f9d8a7b6c5e4f3a2b1c0d9e8f7a6b5c"], "***"],
  [["--token", "--verbose"], "--token --verbose"],
  [
    ["-c", "export KEY=abc; serve --token 'abc' --port 1"],
    "-c export KEY=*** serve --token *** --port 1",
  ],
])("of %j only %j is shown", (args, shown) => {
  expect(serverLabel({ command: "serve", args })).toBe(`serve ${shown}`);
});

test.each([
  ["https://a.test/mcp", "https://a.test/mcp"],
  ["https://a.test:8443/", "https://a.test:8443"],
  ["https://me:abc@a.test/mcp?token=abc#abc", "https://a.test/mcp"],
  ["https://a.test/s/4f9d8a7b6c5e4f3a2b1c0d9e8f7a/mcp", "https://a.test/s/***/mcp"],
])("%s is shown as %s", (url, shown) => {
  expect(serverLabel({ url, headers: { Authorization: "abc" } })).toBe(shown);
});

test("variables, headers and what follows a secret's name are never shown, and labels are short", () => {
  const secret = fc.stringMatching(/^S3CR[A-Za-z0-9+/=]{1,20}T$/);
  const option = fc.constantFrom("--token", "--api-key", "--password", "-H", "--auth");
  const word = fc.string({ maxLength: 300 });
  fc.assert(
    fc.property(secret, option, fc.array(word, { maxLength: 4 }), (hidden, name, words) => {
      const env = { KEY: hidden };
      const args = [
        name,
        hidden,
        `${name}=${hidden}`,
        `K=${hidden}`,
        `http://u:${hidden}@h/?k=${hidden}`,
      ];
      for (const label of [
        serverLabel({ command: "c", args: [...args, ...words], env }),
        serverLabel({ url: `http://u:${hidden}@h/?k=${hidden}`, headers: { k: hidden } }),
      ]) {
        expect(label).not.toContain(hidden);
        expect(label.length).toBeLessThanOrEqual(200);
      }
    }),
  );
});

test.each([
  [["--token", "abcdef", "-H", "X-Key: abcdef", "-u", "me:abcdef", "--user", "me"], ["abcdef"]],
  [["-c", "export KEY='abcdef'; serve"], ["abcdef"]],
  [
    ["DB=postgres://me:ab%63def@db.test/shop?mode=ro"],
    ["postgres://me:ab%63def@db.test/shop?mode=ro", "me", "abcdef"],
  ],
  [["https://a.test/?api_key=abcdef&mode=fast"], ["abcdef"]],
  [["serve", "--port", "8080"], []],
])("of %j these are secrets: %j", (args, secrets) => {
  const found = secretsInLabel({ command: "serve", args }).filter((text) => text !== "");
  expect([...new Set(found)]).toEqual(secrets);
});
