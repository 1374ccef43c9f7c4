import { beforeEach, describe, expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { AnswerBox } from "./answer-box.ts";
import { AskedCalls } from "./asked-calls.ts";
import { IncomingCall } from "./incoming-call.ts";
import type { Attachment, FromWorker } from "./protocol.ts";
import { type CallHost, RunningCall, type WantedCall } from "./running-call.ts";

let sent: FromWorker[] = [];
let attached: Attachment[] = [];
let box: AnswerBox;
let asked: AskedCalls;
beforeEach(() => {
  sent = [];
  attached = [];
  box = new AnswerBox(({ json, attachments }) => {
    sent.push(...(JSON.parse(json) as FromWorker[]));
    attached.push(...attachments);
  });
  asked = new AskedCalls(box, "process");
});

const host: CallHost = {
  mode: "process",
  workerId: "process-1",
  onProgress: () => {},
  onCall: (running, wanted) => asked.ask(running, wanted),
};
const running = (seq: number): RunningCall => {
  const call = new IncomingCall([seq, 1, `${seq}.1`, "c", {}], []);
  return new RunningCall(call, { name: "outer", repeatable: false }, host, { at: 0, cpuMs: 0 });
};
const wanted = (more: Partial<WantedCall> = {}): WantedCall => {
  return { name: "inner", input: { a: 1 }, options: {}, ...more };
};

describe("a call that is asked for", () => {
  test("goes out with its input and options, without its signal, and ends with its reply", async () => {
    const { signal } = new AbortController();
    const output = asked.ask(running(7), wanted({ options: { priority: 2, signal } }));
    box.flush();
    expect(sent).toEqual([
      {
        type: "ask",
        seq: 7,
        ask: 1,
        name: "inner",
        input: { json: { a: 1 } },
        options: { priority: 2 },
      },
    ]);
    asked.replied({ type: "reply", seq: 7, ask: 1, output: { json: "fine" } }, []);
    expect(await output).toBe("fine");
  });

  test("takes bytes along, beside the message", () => {
    void asked.ask(running(7), wanted({ input: new Uint8Array([1, 2]) }));
    box.flush();
    expect(attached.map((one) => Buffer.from(one).toJSON().data)).toEqual([[1, 2]]);
  });

  test("is told from others of the same call and of other calls", async () => {
    const one = running(1);
    const outputs = [
      asked.ask(one, wanted()),
      asked.ask(one, wanted()),
      asked.ask(running(2), wanted()),
    ];
    for (const [seq, ask] of [
      [2, 3],
      [1, 2],
      [1, 1],
    ] as const) {
      asked.replied({ type: "reply", seq, ask, output: { json: `${seq}.${ask}` } }, []);
    }
    expect(await Promise.all(outputs)).toEqual(["1.1", "1.2", "2.3"]);
  });

  test("is cancelled when the call that asked ends, and a reply that comes later is passed over", async () => {
    const caller = running(7);
    const output = asked.ask(caller, wanted());
    asked.ended(caller);
    asked.replied({ type: "reply", seq: 7, ask: 1, output: { json: "late" } }, []);
    await expect(output).rejects.toMatchObject({ code: "CALL_CANCELLED" });
  });

  test("is refused when the call that asks has ended, and nothing is sent", async () => {
    const caller = running(7);
    caller.answered = true;
    await expect(asked.ask(caller, wanted())).rejects.toMatchObject({ code: "CALL_CANCELLED" });
    box.flush();
    expect(sent).toEqual([]);
  });

  test("is withdrawn when its signal aborts, and not after its reply", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const caller = running(7);
    const done = asked.ask(caller, wanted({ options: { signal } }));
    asked.replied({ type: "reply", seq: 7, ask: 1 }, []);
    expect(await done).toBeUndefined();
    void asked.ask(caller, wanted({ options: { signal } }));
    controller.abort(new ToolError("CALL_CANCELLED", "enough"));
    box.flush();
    const withdrawals = sent.filter((message) => "type" in message && message.type === "withdraw");
    expect(withdrawals).toMatchObject([{ seq: 7, ask: 2, reason: { message: "enough" } }]);
  });

  test("says so at once when its signal had aborted before", () => {
    void asked.ask(running(7), wanted({ options: { signal: AbortSignal.abort(new Error("no")) } }));
    box.flush();
    expect(sent).toMatchObject([{ type: "ask", withdrawn: { message: "no" } }]);
  });

  test("rejects when its reply cannot be read", async () => {
    const output = asked.ask(running(7), wanted());
    asked.replied({ type: "reply", seq: 7, ask: 1, output: { rich: "no devalue" } }, []);
    await expect(output).rejects.toThrow(Error);
  });

  test("is NOT_PORTABLE when its input cannot cross, and the box goes on", () => {
    expect(() => asked.ask(running(7), wanted({ input: { f: () => 1 } }))).toThrow(
      expect.objectContaining({ code: "NOT_PORTABLE", details: { path: ".f" } }),
    );
    box.add({ type: "pong" });
    box.flush();
    expect(sent).toEqual([{ type: "pong" }]);
  });
});

test("an input that no frame can hold is NOT_PORTABLE, and names the tool it is for", () => {
  const narrow = new AnswerBox(() => {
    throw new RangeError("over the 65536 that may cross");
  });
  const calls = new AskedCalls(narrow, "process");
  expect(() => calls.ask(running(7), wanted({ input: "x".repeat(70_000) }))).toThrow(
    expect.objectContaining({
      code: "NOT_PORTABLE",
      message: expect.stringContaining("input of inner"),
    }),
  );
});
