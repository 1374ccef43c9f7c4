/** First file a worker thread runs. Adapts its port; everything else is in `call-server.ts`. */
import { readlinkSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { CallServer } from "./call-server.ts";
import { SharedRing } from "./claims.ts";
import { containCrashes } from "./contain.ts";
import type { Frame, ToWorker } from "./protocol.ts";
import { writeFrame } from "./written-frame.ts";
import {
  type ThreadFrame,
  type ThreadSetup,
  postFrame,
  unpackThreadFrame,
} from "./thread-frame.ts";

if (isMainThread) throw new Error("thread-entry runs only inside a worker thread.");
const setup = workerData as { -readonly [Key in keyof ThreadSetup]?: ThreadSetup[Key] };
const { workerId, claims, port } = setup as ThreadSetup;
// Tools can import `workerData` as well.
for (const key of ["workerId", "claims", "port"] as const) delete setup[key];
const exit = process.exit.bind(process);

const server = new CallServer({
  mode: "thread",
  workerId,
  claims: new SharedRing(claims),
  send: (frame) => postFrame(port, frame),
  // What is posted outlives its thread.
  memoryBytes: () => {
    const { heapTotal, external } = process.memoryUsage();
    return heapTotal + external;
  },
  isClear: () => true,
  exit: (code) => exit(code),
});
containCrashes(server);
port.on("message", (packed: ThreadFrame) => {
  server.receive(unpackThreadFrame(packed) as Frame<ToWorker>);
});

/** Linux tells of a thread by a number that Node does not know. */
function taskOfThread(): string | undefined {
  try {
    return readlinkSync("/proc/thread-self");
  } catch {
    return undefined;
  }
}

const ready = { type: "ready", task: taskOfThread(), ...server.usage() } as const;
postFrame(port, writeFrame({ messages: [ready], attachments: [] }));
