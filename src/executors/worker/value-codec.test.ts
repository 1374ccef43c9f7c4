import { assert, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { anyPortableValue, uglyText } from "../../testing/portable-values.ts";
import { FrameReader, encodeFrame } from "./frame-codec.ts";
import type { Frame } from "./protocol.ts";
import { type ThreadFrame, type ThreadPort, postFrame, unpackThreadFrame } from "./thread-frame.ts";
import { type EncodedValue, decodeValue, encodeValue } from "./value-codec.ts";
import { type WrittenFrame, writeFrame } from "./written-frame.ts";

/** A frame after its journey through bytes, as between processes. */
function throughBytes(written: WrittenFrame): Frame<unknown> {
  const frames: Frame<unknown>[] = [];
  const limits = { maxFrameBytes: 64 * 1024 * 1024 };
  const reader = new FrameReader<unknown>(limits, (frame) => frames.push(frame));
  reader.push(encodeFrame(written, limits));
  return frames[0] as Frame<unknown>;
}

/** A frame after its journey through structured cloning, as between threads. */
function throughClone(written: WrittenFrame): Frame<unknown> {
  let packed: ThreadFrame = "";
  const postMessage: ThreadPort["postMessage"] = (message, moved = []) =>
    (packed = structuredClone(message, { transfer: [...moved] }));
  postFrame({ postMessage }, written);
  return unpackThreadFrame(packed);
}

const JOURNEYS = { bytes: throughBytes, clone: throughClone };

function roundTrip(value: unknown, journey: keyof typeof JOURNEYS = "bytes"): unknown {
  const attachments: Uint8Array[] = [];
  const encoded = encodeValue(value, attachments, "The value");
  const frame = JOURNEYS[journey](writeFrame({ messages: [encoded], attachments }));
  return decodeValue(frame.messages[0] as EncodedValue, frame.attachments);
}

function refusalOf(value: unknown): ToolError {
  const attachments = [new Uint8Array(1)];
  try {
    encodeValue(value, attachments, "The output of odd");
  } catch (thrown) {
    // A refused value leaves no bytes behind.
    expect(attachments.length).toBe(1);
    if (ToolError.is(thrown, "NOT_PORTABLE")) return thrown;
    throw thrown;
  }
  throw new Error("The value was taken.");
}

describe.each(["bytes", "clone"] as const)("through %s", (journey) => {
  test("whatever can cross comes out as it went in", () => {
    assert(
      property(anyPortableValue, (value) => {
        expect(roundTrip(value, journey)).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test("text comes out unchanged, half characters included", () => {
    assert(
      property(uglyText, (text) => {
        expect(roundTrip(text, journey)).toBe(text);
        expect(roundTrip(new Map([[text, [text]]]), journey)).toStrictEqual(
          new Map([[text, [text]]]),
        );
      }),
    );
  });

  test.each([undefined, null, -0, Number.NaN, Infinity, -Infinity, 2 ** 53, 10n ** 40n, "", true])(
    "the bare value %s",
    (value) => expect(roundTrip(value, journey)).toBe(value),
  );

  test("bytes of every kind keep their kind and their numbers", () => {
    const views = [
      Buffer.from("text"),
      new Int8Array([-1, 2]),
      new Uint8Array([1, 255]),
      new Uint8ClampedArray([300, 2]),
      new Int16Array([-300]),
      new Uint16Array([65_535]),
      new Int32Array([-70_000]),
      new Uint32Array([4_000_000_000]),
      new Float32Array([0.5, Number.NaN, -0]),
      new Float64Array([Math.PI, -0]),
      new BigInt64Array([-(2n ** 62n)]),
      new BigUint64Array([2n ** 63n]),
      new DataView(new Uint8Array([1, 2, 3]).buffer),
      new Uint8Array([7, 8]).buffer,
      new Uint8Array(0),
    ];
    const back = roundTrip(views, journey) as object[];
    expect(back).toStrictEqual(views);
    expect(back.map((view) => view.constructor.name)).toEqual(
      views.map((view) => view.constructor.name),
    );
  });

  test("a part of a larger buffer crosses without the rest", () => {
    const part = new Float64Array([1, 2, 3, 4]).subarray(1, 3);
    const back = roundTrip({ part, bytes: Buffer.from("abcdef").subarray(2, 4) }, journey) as {
      readonly part: Float64Array;
      readonly bytes: Buffer;
    };
    expect([...back.part]).toEqual([2, 3]);
    expect(back.part.buffer.byteLength).toBe(16);
    expect(back.bytes.toString()).toBe("cd");
  });

  test("bytes over shared memory cross as a copy", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(9);
    const back = roundTrip(shared, journey) as Uint8Array;
    expect(back.buffer).toBeInstanceOf(ArrayBuffer);
    expect([...back]).toEqual([9, 9, 9]);
  });

  test("numbers of 16 bits cross where the language has them", () => {
    const Float16 = (globalThis as { Float16Array?: new (n: number[]) => object }).Float16Array;
    if (Float16 === undefined) return;
    expect(roundTrip([new Float16([1.5, -2])], journey)).toStrictEqual([new Float16([1.5, -2])]);
  });
});

describe("objects that refer to each other", () => {
  test("cycles come back as cycles, through every kind of container", () => {
    const list: unknown[] = [];
    const map = new Map<unknown, unknown>();
    const circle = { list, map, set: new Set<unknown>(), self: null as unknown };
    circle.self = circle;
    list.push(list, circle);
    map.set("circle", circle).set(map, list);
    circle.set.add(circle);
    const back = roundTrip(circle) as typeof circle;
    expect(back.self).toBe(back);
    expect(back.list[0]).toBe(back.list);
    expect(back.list[1]).toBe(back);
    expect(back.map.get("circle")).toBe(back);
    expect(back.map.get(back.map)).toBe(back.list);
    expect(back.set.has(back)).toBe(true);
  });

  test("what is shared beside something richer than JSON stays shared", () => {
    const shared = { n: 1 };
    const back = roundTrip({ one: shared, two: [shared], when: new Date(0) }) as {
      readonly one: object;
      readonly two: readonly object[];
    };
    expect(back.two[0]).toBe(back.one);
  });

  test("what is shared in plain JSON comes out equal", () => {
    const shared = { n: 1 };
    expect(roundTrip([shared, shared])).toStrictEqual([{ n: 1 }, { n: 1 }]);
  });

  test("a few objects shared in very many places neither hang nor grow", () => {
    let knot: unknown = ["end"];
    for (let level = 0; level < 50; level += 1) knot = [knot, knot];
    let back = roundTrip(knot) as unknown[];
    for (let level = 0; level < 50; level += 1) {
      expect(back[0]).toBe(back[1]);
      back = back[0] as unknown[];
    }
    expect(back).toEqual(["end"]);
  });

  test("two views of one buffer become views of two", () => {
    const { buffer } = new Uint8Array([1, 2, 3]);
    const back = roundTrip([new Uint8Array(buffer), new Uint8Array(buffer, 1)]) as Uint8Array[];
    expect(back.map((view) => Array.from(view))).toEqual([
      [1, 2, 3],
      [2, 3],
    ]);
  });
});

describe("unusual objects", () => {
  test("a key named __proto__ is a key like any other in plain JSON", () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as object;
    const back = roundTrip(value) as object;
    expect(Object.keys(back)).toEqual(["__proto__", "a"]);
    expect((back as { polluted?: unknown }).polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("a key named __proto__ beside something richer is refused by name", () => {
    const value = { deep: JSON.parse('{"__proto__": 1}') as object, when: new Date(0) };
    const error = refusalOf(value);
    expect(error.message).toMatch(/__proto__/);
    expect(error.details).toEqual({ path: ".deep" });
  });

  test("an object without prototype stays without", () => {
    const bare = Object.create(null) as { a: number };
    bare.a = 1;
    const back = roundTrip(bare) as object;
    expect(Object.getPrototypeOf(back)).toBeNull();
    expect(back).toEqual(bare);
  });

  test("holes of a list stay holes, also when there are very many", () => {
    const sparse: number[] = [];
    sparse[3] = 1;
    expect(roundTrip(sparse)).toStrictEqual(sparse);
    sparse[100_000_000] = 2;
    const back = roundTrip(sparse) as number[];
    expect(back.length).toBe(100_000_001);
    expect(Object.keys(back)).toEqual(["3", "100000000"]);
  });

  test("a date that is none stays none", () => {
    expect(Number.isNaN((roundTrip(new Date(Number.NaN)) as Date).getTime())).toBe(true);
  });

  test("errors keep class, name, message, stack, cause and properties", () => {
    const cause = Object.assign(new RangeError("inner"), { code: "E_INNER" });
    const error = new TypeError("outer", { cause });
    const back = roundTrip({ error }) as { readonly error: TypeError };
    expect(back.error).toBeInstanceOf(TypeError);
    expect(back.error).toMatchObject({ message: "outer", stack: error.stack });
    expect(back.error.cause).toBeInstanceOf(RangeError);
    expect(back.error.cause).toMatchObject({ message: "inner", code: "E_INNER" });
    const ours = roundTrip(new ToolError("QUEUE_FULL", "full", { details: { limit: "*" } }));
    expect(ToolError.is(ours, "QUEUE_FULL")).toBe(true);
  });

  test("an error that refers to itself ends somewhere", () => {
    const error = new Error("round");
    error.cause = error;
    expect((roundTrip([error]) as Error[])[0]?.message).toBe("round");
  });

  test("what has a toJSON crosses as that", () => {
    class Money {
      readonly cents = 150;
      toJSON(): unknown {
        return { euros: this.cents / 100, at: new Date(0) };
      }
    }
    expect(roundTrip([new Money()])).toStrictEqual([{ euros: 1.5, at: new Date(0) }]);
  });

  test("lists and objects nested 10 000 deep cross or are refused, and never break the program", () => {
    for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ inner })]) {
      let deep: unknown = "bottom";
      for (let level = 0; level < 10_000; level += 1) deep = wrap(deep);
      try {
        let back = roundTrip(deep);
        while (typeof back === "object") back = Object.values(back as object)[0];
        expect(back).toBe("bottom");
      } catch (thrown) {
        expect(ToolError.is(thrown, "NOT_PORTABLE")).toBe(true);
      }
    }
  });
});

describe("what cannot cross is refused with its path", () => {
  class Point {
    readonly x = 1;
  }
  test.each([
    ["a function", { a: { b: [1, () => 1] } }, ".a.b[1]"],
    ["a function at the top", () => 1, ""],
    ["a symbol", { tag: Symbol("s") }, ".tag"],
    ["a symbol as key", { deep: { [Symbol("s")]: 1 } }, ".deep"],
    ["an instance of a class", { list: [new Point()] }, ".list[0]"],
    ["a WeakMap", { "odd key": new WeakMap() }, '["odd key"]'],
    ["a WeakRef", [new WeakRef({})], "[0]"],
    ["a promise", { later: Promise.resolve(1) }, ".later"],
    ["a promise in a map", { map: new Map([["k", Promise.resolve(1)]]) }, '.map.get("k")'],
    ["shared memory", { memory: new SharedArrayBuffer(8) }, ".memory"],
    ["a generator", { steps: (function* () {})() }, ".steps"],
    ["a proxy of a function", [new Proxy(() => 1, {})], "[0]"],
  ])("%s", (_name, value, path) => {
    const error = refusalOf(value);
    expect(error.details).toEqual({ path });
    expect(error.message).toMatch(/^The output of odd cannot leave or enter a worker: /);
    expect(error.message).toContain(path || "at the top");
    expect(error.retryable).toBe(false);
  });

  test("and so is what throws when it is looked at", () => {
    const hostile = {
      get worse(): never {
        throw new Error("do not look");
      },
    };
    expect(refusalOf(hostile).message).toContain("do not look");
    expect(refusalOf([new Date(0), hostile]).message).toContain("do not look");
    const proxy = new Proxy({}, { ownKeys: () => ["a", "a"] });
    expect(refusalOf(proxy).code).toBe("NOT_PORTABLE");
  });

  test("bytes of a buffer that was given away are refused", () => {
    const given = new Uint8Array(8);
    structuredClone(given, { transfer: [given.buffer] });
    expect(refusalOf(given).message).toContain("detached");
  });
});

test("a value whose bytes are missing is an error, not a guess", () => {
  const encoded = encodeValue(new Uint8Array(4), [], "The value");
  expect(() => decodeValue(encoded, [])).toThrow(RangeError);
});
