import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Longer than anybody pauses between two batches, so that no kept connection is closed meanwhile. */
const KEEP_ALIVE_MS = 120_000;

/** Listens on a free port of this machine, says which on stdout, and ends when stdin does. */
export function serveUntilTold(server: Server): void {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ port })}\n`);
  });
  process.stdin.on("end", () => process.exit()).resume();
}
