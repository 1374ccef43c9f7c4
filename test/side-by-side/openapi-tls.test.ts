/** OpenAPI tools over TLS: whom they trust, and what never leaves it. */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type Server, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestServer, documentOf, serveHttp, startSource } from "../fixtures/openapi-stage.ts";

const CLIENT = fileURLToPath(new URL("../fixtures/openapi-server/tls-client.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "toolyard-tls-"));
const certificate = join(folder, "cert.pem");
const HAS_OPENSSL = makeCertificate();
if (!HAS_OPENSSL)
  process.stderr.write("SKIPPED: without `openssl` there is no certificate to test TLS with.\n");

let server: Server | undefined;
let plain: TestServer;
let address: string;
const authorizations: unknown[] = [];

beforeAll(async () => {
  plain = await serveHttp((_, response) => void response.end('"plain"'));
  if (!HAS_OPENSSL) return;
  const key = readFileSync(join(folder, "key.pem"));
  server = createServer({ key, cert: readFileSync(certificate) }, (request, response) => {
    authorizations.push(request.headers.authorization);
    response.setHeader("content-type", "application/json");
    if (request.url === "/away") response.writeHead(302, { location: `${plain.url}/x` }).end();
    else response.end(request.url === "/x" ? '"secured"' : JSON.stringify(document()));
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await plain.close();
  rmSync(folder, { recursive: true });
});

function makeCertificate(): boolean {
  const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout ${join(folder, "key.pem")} -out ${certificate}`;
  try {
    execFileSync("openssl", made.split(" "), { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function document(): object {
  const responses = { 200: { description: "ok" } };
  const paths = {
    "/x": { get: { operationId: "get", responses } },
    "/away": { get: { operationId: "away", responses } },
  };
  const components = { securitySchemes: { token: { type: "http", scheme: "bearer" } } };
  return documentOf("/", paths, { components, security: [{ token: [] }] });
}

const withOpenssl = test.skipIf(!HAS_OPENSSL);

withOpenssl("a certificate that nobody here trusts is refused, with what to do", async () => {
  const untrusted = {
    code: "SOURCE_UNAVAILABLE",
    retryable: false,
    message: expect.stringContaining(
      "its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT). " +
        "Where it is of an authority of your own, start Node with NODE_EXTRA_CA_CERTS=<its file>",
    ) as string,
  };
  await expect(startSource(`${address}/openapi.json`)).rejects.toMatchObject(untrusted);
  const started = await startSource({ ...document(), servers: [{ url: address }] });
  try {
    await expect(started.call("get")).rejects.toMatchObject(untrusted);
  } finally {
    await started.source.close();
  }
  expect(authorizations).toEqual([]);
});

withOpenssl("a server without TLS says that it has none", async () => {
  const spoken = { ...document(), servers: [{ url: plain.url.replace("http:", "https:") }] };
  const started = await startSource(spoken);
  try {
    await expect(started.call("get")).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      message: expect.stringContaining("it does not speak TLS") as string,
    });
  } finally {
    await started.source.close();
  }
});

withOpenssl(
  "one that Node was told to trust is, and credentials do not go from it to http",
  async () => {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
    const run = await promisify(execFile)(process.execPath, [CLIENT, address, "async", "process"], {
      env,
      timeout: 20_000,
    });
    const lines = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    const refused = ["PERMISSION_DENIED", expect.stringContaining("from https to http")];
    expect(lines).toEqual([
      ["secured", refused],
      ["secured", refused],
    ]);
    expect(authorizations.filter(Boolean)).toEqual(Array(4).fill("Bearer the-t0ken"));
    expect(plain.seen).toEqual([]);
  },
);
