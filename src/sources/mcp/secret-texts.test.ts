import { expect, test } from "vitest";
import { secretTexts } from "./secret-texts.ts";

test("values of env, and what looks like a secret in the arguments, are hidden", () => {
  const secrets = secretTexts({
    command: "npx",
    args: [
      "mcp-remote",
      "https://a.test/?key=querykey",
      "--header",
      "Authorization: Bearer argkey",
    ],
    env: { TOKEN: "envkey", PORT: "8080" },
  });
  const said = "envkey, querykey, argkey, 8080: mcp-remote wants a Bearer token";
  expect(secrets.hideIn(said)).toBe("***, ***, ***, 8080: mcp-remote wants a Bearer token");
});

test("values of headers, and what looks like a secret in the address, are hidden", () => {
  const secrets = secretTexts({
    url: "https://me:password@a.test/mcp?token=querykey",
    headers: { Authorization: "Bearer headerkey" },
  });
  const said = "GET https://me:password@a.test/mcp?token=querykey: no Bearer headerkey";
  expect(secrets.hideIn(said)).toBe("GET https://me:***@a.test/mcp?token=***: no ***");
});
