import { beforeEach, describe, expect, test, vi } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { AnswerBox } from "./answer-box.ts";
import { type FromWorker, attachmentSize } from "./protocol.ts";
import type { WrittenFrame } from "./written-frame.ts";

const done = (seq: number, json: unknown = seq): FromWorker => [seq, 1, json];

interface Sent {
  readonly messages: FromWorker[];
  readonly sizes: number[];
}

/** A box, and the frames that came out of it. */
function makeBox(refuses: (frame: WrittenFrame) => boolean = () => false): {
  readonly box: AnswerBox;
  readonly sent: Sent[];
} {
  const sent: Sent[] = [];
  const box = new AnswerBox((frame) => {
    if (refuses(frame)) throw new RangeError("too much");
    const messages = JSON.parse(frame.json) as FromWorker[];
    sent.push({ messages, sizes: frame.attachments.map(attachmentSize) });
  });
  return { box, sent };
}

let now = 0;
beforeEach(() => {
  now = 0;
  const spy = vi.spyOn(performance, "now").mockImplementation(() => now);
  return () => spy.mockRestore();
});

const microtasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("answers in a box", () => {
  test("go out together once the code that runs is done", async () => {
    const { box, sent } = makeBox();
    box.add(done(1));
    box.add(done(2));
    expect(sent).toEqual([]);
    await microtasks();
    expect(sent.map(({ messages }) => messages)).toEqual([[done(1), done(2)]]);
  });

  test("go out at once when asked for, and not again", async () => {
    const { box, sent } = makeBox();
    box.add(done(1));
    box.flush();
    box.flush();
    expect(sent.length).toBe(1);
    await microtasks();
    expect(sent.length).toBe(1);
  });

  test("wait for others half a millisecond at most, however long the code runs", () => {
    const { box, sent } = makeBox();
    box.add(done(1));
    now = 0.4;
    box.add(done(2));
    expect(sent).toEqual([]);
    now = 0.6;
    box.add(done(3));
    expect(sent.map(({ messages }) => messages)).toEqual([[done(1), done(2), done(3)]]);
  });

  test("go out at once when they get long", () => {
    const { box, sent } = makeBox();
    const text = "x".repeat(1_000);
    for (let seq = 1; seq <= 100; seq += 1) box.add(done(seq, text));
    expect(sent.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...sent.map(({ messages }) => messages.length))).toBeLessThan(40);
    box.flush();
    expect(sent.flatMap(({ messages }) => messages).length).toBe(100);
  });

  test("say what was so when they were added, whatever changes later", () => {
    const { box, sent } = makeBox();
    const state = { count: 1 };
    box.add(done(1, state));
    state.count = 2;
    box.add(done(2, state));
    box.flush();
    expect(sent[0]?.messages).toEqual([done(1, { count: 1 }), done(2, { count: 2 })]);
  });
});

describe("bytes of answers", () => {
  test("keep their places in the frame", () => {
    const { box, sent } = makeBox();
    for (const seq of [1, 2]) {
      box.attachments.push(new Uint8Array(seq));
      box.add(done(seq));
    }
    box.flush();
    expect(sent).toEqual([{ messages: [done(1), done(2)], sizes: [1, 2] }]);
    expect(box.attachments).toEqual([]);
  });

  test("that are many travel in a frame of their own, at the places they were given", () => {
    const { box, sent } = makeBox();
    box.attachments.push(new Uint8Array(3));
    box.add(done(1));
    box.attachments.push(new Uint8Array(50_000));
    box.add(done(2));
    box.flush();
    expect(sent).toEqual([
      { messages: [done(1)], sizes: [3] },
      { messages: [done(2)], sizes: [0, 50_000] },
    ]);
  });
});

describe("an answer that cannot be sent", () => {
  test("is refused with OUTPUT_TOO_LARGE, and the others go out", () => {
    const { box, sent } = makeBox(({ attachments }) =>
      attachments.some((one) => attachmentSize(one) > 60_000),
    );
    box.attachments.push(new Uint8Array(3));
    box.add(done(1));
    box.attachments.push(new Uint8Array(70_000));
    const refusal = thrownBy(() => box.add(done(2)));
    expect(ToolError.is(refusal, "OUTPUT_TOO_LARGE")).toBe(true);
    box.add(done(3));
    box.flush();
    expect(sent.map(({ messages }) => messages)).toEqual([[done(1)], [done(3)]]);
  });

  test("is refused with NOT_PORTABLE when it cannot be written down", () => {
    const { box, sent } = makeBox();
    box.attachments.push(new Uint8Array(3));
    const refusal = thrownBy(() => box.add(done(1, { n: 1n })));
    expect(ToolError.is(refusal, "NOT_PORTABLE")).toBe(true);
    expect(box.attachments).toEqual([]);
    box.add(done(2));
    box.flush();
    expect(sent).toEqual([{ messages: [done(2)], sizes: [] }]);
  });
});

function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
