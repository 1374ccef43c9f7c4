/** The whole program of a bare child process: frames come and go on descriptor 3. */
import { Socket } from "node:net";
import { answerText, frameOf, readFrames } from "./raw-batch.ts";

const channel = new Socket({ fd: 3, readable: true, writable: true });
const read = readFrames((text) => {
  void answerText(text).then((answers) => channel.write(frameOf(answers)));
});
channel.on("data", read);
channel.on("end", () => process.exit(0));
