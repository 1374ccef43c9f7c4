/** The whole program of a bare thread: one JSON text per message. */
import { parentPort } from "node:worker_threads";
import { answerText } from "./raw-batch.ts";

const port = parentPort;
if (port === null) throw new Error("raw-thread runs only inside a worker thread.");
port.on("message", (text: string) => {
  void answerText(text).then((answers) => port.postMessage(answers));
});
