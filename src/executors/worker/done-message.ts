/** Outputs on their way to the pool: a list when JSON says it all, which it mostly does. */
import type { UsageReport } from "../../core/usage-report.ts";
import type { Attachment, DoneMessage, RunTimes } from "./protocol.ts";
import { type EncodedValue, decodeValue, isJsonAlone } from "./value-codec.ts";

/** Packs an output. */
export function doneMessage(
  seq: number,
  times: RunTimes,
  output: EncodedValue,
  usage?: UsageReport,
): DoneMessage {
  const { runMs, busyMs, cpuMs } = times;
  const isPlain = isJsonAlone(output);
  const isShort = busyMs === undefined && cpuMs === undefined;
  if (isPlain && isShort && usage === undefined) return [seq, runMs, output.json];
  const more = {
    ...(busyMs !== undefined && { busyMs }),
    ...(cpuMs !== undefined && { cpuMs }),
    ...(usage !== undefined && { usage }),
  };
  return isPlain ? [seq, runMs, output.json, more] : [seq, runMs, null, { ...more, output }];
}

/** How long the call took. */
export function timesOf(message: DoneMessage): RunTimes {
  // By their places: to take a list apart by a pattern makes an object for each part.
  const runMs = message[1];
  const more = message[3];
  return more === undefined ? { runMs } : { runMs, ...more };
}

/** What the call gave. @throws Error when it cannot be read. */
export function outputOf(message: DoneMessage, attachments: readonly Attachment[]): unknown {
  const output = message[3]?.output;
  return output === undefined ? message[2] : decodeValue(output, attachments);
}
