/**
 * The least that two sides must say to each other: a message is the JSON text of a list, of calls one
 * way and of answers the other. Between processes the text's length in bytes goes before it, 32 bits.
 */
import { doWork, type WorkInputs, type WorkName } from "../tools/work.ts";

/** A call: its number, the name of the work and the input. */
export type RawCall = readonly [seq: number, name: WorkName, input: WorkInputs[WorkName]];

/** An answer: the call's number and the output. */
export type RawAnswer = readonly [seq: number, output: unknown];

const LENGTH_BYTES = 4;

/** Runs every call of a message; the answers as a message. */
export async function answerText(text: string): Promise<string> {
  const calls = JSON.parse(text) as readonly RawCall[];
  const answers: RawAnswer[] = [];
  for (const [seq, name, input] of calls) {
    const output = doWork({ name, input });
    answers.push([seq, output instanceof Promise ? await output : output]);
  }
  return JSON.stringify(answers);
}

/** A message as bytes. */
export function frameOf(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + bytes);
  frame.writeUInt32LE(bytes);
  frame.write(text, LENGTH_BYTES);
  return frame;
}

/** Makes a function that is given bytes as they come and passes on each whole message. */
export function readFrames(onText: (text: string) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = bytes.length < LENGTH_BYTES ? Infinity : LENGTH_BYTES + bytes.readUInt32LE();
      if (bytes.length < end) break;
      onText(bytes.toString("utf8", LENGTH_BYTES, end));
      bytes = bytes.subarray(end);
    }
    rest = bytes;
  };
}
