/** What travels between real processes: frames of every size, and what is no frame. */
import { isDeepStrictEqual } from "node:util";
import { assert, asyncProperty, uint8Array } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ErrorCode, ToolError, ToolRegistry } from "../../src/index.ts";

const MODULE = new URL("../fixtures/executors/frame-tools.ts", import.meta.url);
const LIMIT = 1024 * 1024;

async function makeRegistry(maxFrameBytes: number): Promise<ToolRegistry> {
  const made = new ToolRegistry({ mode: "process", pools: { process: { max: 1, maxFrameBytes } } });
  await made.registerModule(MODULE);
  return made;
}

let registry: ToolRegistry;
beforeAll(async () => {
  registry = await makeRegistry(LIMIT);
});
afterAll(() => registry.close());

async function errorOf(name: string, input: unknown, place = registry): Promise<ToolError> {
  const outcome = await place.call(name, input).catch((thrown: unknown) => thrown);
  if (ToolError.is(outcome)) return outcome;
  return expect.unreachable(`${name} gave an output`);
}

/** The error of a tool that breaks the channel of its worker. A tool that does so again and again is shut out. */
async function breakage(tool: string, bytes: Uint8Array): Promise<ToolError> {
  const fresh = await makeRegistry(LIMIT);
  try {
    const error = await errorOf(tool, { bytes }, fresh);
    expect(await fresh.call("echo", { still: "here" })).toEqual({ still: "here" });
    return error;
  } finally {
    await fresh.destroy();
  }
}

/** Unsigned 32-bit little-endian numbers, one after the other. */
function words(...numbers: number[]): Uint8Array {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [place, number] of numbers.entries()) bytes.writeUInt32LE(number, place * 4);
  return bytes;
}

const text = (json: string): Uint8Array =>
  Buffer.concat([words(4 + json.length, json.length), Buffer.from(json)]);

describe("what a child writes that is no frame costs that child alone, and the error says which it was", () => {
  test.each([
    [
      "text",
      "write",
      Buffer.from("this is no frame at all"),
      /A frame of \d+ bytes is over the 1048576/,
    ],
    ["a frame over the limit", "write", words(LIMIT + 1), /over the 1048576.*maxFrameBytes/],
    ["a frame of no length", "write", words(0, 0), /only 0 bytes long/],
    ["JSON that is none", "write", text("[1,"), /JSON/],
    ["JSON that is no list", "write", text("{}"), /no list of messages/],
    ["messages that are none", "write", text("[null]"), /null/],
    [
      "a parcel that is none",
      "write",
      Buffer.concat([words(22, 2), Buffer.from("[]"), words(0x100, 8, 1, 0x7ff0_0000)]),
      /parcel|longer than its frame/,
    ],
    [
      "half a frame before it dies",
      "writeAndDie",
      words(1_000, 900, 1),
      /SIGKILL in the middle of a frame, of which 12 bytes came/,
    ],
  ])("%s", async (_name, tool, bytes, message) => {
    const error = await breakage(tool, bytes);
    expect(error.code).toBe("WORKER_CRASHED" satisfies ErrorCode);
    expect(error.message).toMatch(message);
  });

  test("random bytes, whatever they are", async () => {
    await assert(
      asyncProperty(uint8Array({ minLength: 8, maxLength: 200 }), async (garbage) => {
        const { code } = await breakage("writeAndDie", garbage);
        expect(code).toBe("WORKER_CRASHED");
      }),
      { numRuns: 12 },
    );
  });
});

describe("a limit of 1 MiB", () => {
  test.each([LIMIT - 200, 8 * 1024, 16 * 1024, 16 * 1024 + 1])(
    "lets %i bytes through",
    async (size) => {
      const bytes = await registry.call("bytes", { size });
      expect(isDeepStrictEqual(bytes, new Uint8Array(size).fill(7))).toBe(true);
      expect(isDeepStrictEqual(await registry.call("echo", { bytes }), { bytes })).toBe(true);
    },
  );

  test.each(["bytes", "text"])(
    "stops an output of %s beyond it, and names the option",
    async (name) => {
      const error = await errorOf(name, { size: LIMIT });
      expect(error.code).toBe("OUTPUT_TOO_LARGE");
      expect(error.message).toContain("pools.process.maxFrameBytes");
    },
  );

  test("stops an input beyond it, and names the option", async () => {
    for (const input of [
      new Uint8Array(LIMIT),
      "t".repeat(LIMIT),
      { n: Array.from({ length: LIMIT }, () => 1) },
    ]) {
      const error = await errorOf("echo", input);
      expect(error.code).toBe("NOT_PORTABLE");
      expect(error.message).toContain("pools.process.maxFrameBytes");
    }
  });
});

test("more than the ring of parcels holds goes through all the same, in order", async () => {
  const wide = await makeRegistry(256 * 1024 * 1024);
  try {
    const calls = Array.from({ length: 40 }, (_, place) => ({
      id: "same",
      name: "echo",
      input: {
        first: new Uint8Array(700_000).fill(place),
        second: `${place}`.padEnd(300_000, "é"),
      },
    }));
    for (let round = 0; round < 3; round += 1) {
      const results = await wide.executeToolCalls(calls);
      for (const [place, result] of results.entries()) {
        // Node's comparison: that of the assertions takes a second for a megabyte of bytes.
        const output = result.status === "ok" ? result.output : result.error;
        expect(isDeepStrictEqual(output, calls[place]?.input)).toBe(true);
      }
    }
  } finally {
    await wide.close();
  }
});

test("a tool does not see the variables between the pool and its children", async () => {
  const names = (await registry.call("variables", {})) as string[];
  expect(names.filter((name) => name.startsWith("TOOLYARD"))).toEqual([]);
  expect(names).toContain("PATH");
});
