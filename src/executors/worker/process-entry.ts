/**
 * First file a child process runs. Adapts the socket on descriptor 3 and the claim file on 4, parcels on 5 and 6;
 * everything else is in `call-server.ts`.
 */
import { Socket } from "node:net";
import { CallServer } from "./call-server.ts";
import { SharedFile } from "./claims.ts";
import { containCrashes } from "./contain.ts";
import { FrameReader, encodeFrame } from "./frame-codec.ts";
import { type ParcelFiles, ParcelReader, ParcelWriter } from "./parcels.ts";
import type { ToWorker } from "./protocol.ts";
import { writeFrame } from "./written-frame.ts";

const CHANNEL_FD = 3;
const CLAIMS_FD = 4;
const PARCEL_FILES: ParcelFiles = { own: 6, others: 5 };

/** Takes a variable that is between the pool and this file, and no business of tools. */
function takeVariable(name: string): string {
  const value = process.env[name] ?? "";
  delete process.env[name];
  return value;
}

const workerId = takeVariable("TOOLYARD_WORKER_ID");
const maxFrameBytes = Number(takeVariable("TOOLYARD_MAX_FRAME_BYTES"));
const hasParcels = takeVariable("TOOLYARD_PARCELS") !== "";
const outgoing = {
  maxFrameBytes,
  parcels: hasParcels ? new ParcelWriter(PARCEL_FILES) : undefined,
};
const incoming = {
  maxFrameBytes,
  parcels: hasParcels ? new ParcelReader(PARCEL_FILES) : undefined,
};

const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
const exit = process.exit.bind(process);

const server = new CallServer({
  mode: "process",
  workerId,
  claims: new SharedFile(CLAIMS_FD),
  send: (frame) => void channel.write(encodeFrame(frame, outgoing), () => server.resume()),
  memoryBytes: () => process.memoryUsage.rss(),
  isClear: () => channel.writableLength === 0,
  exit: (code) => exitWhenWritten(code),
});

/** What was printed and what was answered goes out first; a parent that does not read it kills us. */
function exitWhenWritten(code: number): void {
  const unwritten = [channel, process.stdout, process.stderr].find(
    ({ writableLength }) => writableLength > 0,
  );
  if (unwritten === undefined) exit(code);
  else unwritten.write("", () => exitWhenWritten(code));
}

containCrashes(server);
// The pool decides when a worker ends: a Ctrl-C at the terminal reaches the whole process group.
process.on("SIGINT", () => {});

const reader = new FrameReader<ToWorker>(incoming, (frame) => server.receive(frame));
channel.on("data", (chunk: Buffer) => reader.push(chunk));
// A parent that is gone wants no answers.
channel.on("end", () => exit(0));
channel.on("error", () => exit(0));
const ready = { type: "ready", task: String(process.pid), ...server.usage() } as const;
channel.write(encodeFrame(writeFrame({ messages: [ready], attachments: [] }), outgoing));
