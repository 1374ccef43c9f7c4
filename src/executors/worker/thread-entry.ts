/** First file a worker thread runs. Adapts `parentPort`; everything else is in `call-server.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { CallServer } from "./call-server.ts";
import { SharedRing } from "./claims.ts";
import { containCrashes } from "./contain.ts";
import type { Frame, ToWorker } from "./protocol.ts";
import {
  type ThreadFrame,
  type ThreadSetup,
  postFrame,
  unpackThreadFrame,
} from "./thread-frame.ts";

if (parentPort === null) throw new Error("thread-entry runs only inside a worker thread.");
const port = parentPort;
const { workerId, claims } = workerData as ThreadSetup;
const exit = process.exit.bind(process);

const server = new CallServer({
  mode: "thread",
  workerId,
  claims: new SharedRing(claims),
  send: (frame) => postFrame(port, frame),
  // What is posted outlives its thread.
  isClear: () => true,
  exit: (code) => exit(code),
});
containCrashes(server);
port.on("message", (packed: ThreadFrame) => {
  server.receive(unpackThreadFrame(packed) as Frame<ToWorker>);
});
postFrame(port, { messages: [{ type: "ready" }], attachments: [] });
