import * as sdk from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { type LifeFollower, SignalLife } from "../../core/call-life.ts";
import { ToolError } from "../../core/tool-error.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { DirectCalls } from "./direct-calls.ts";
import { NotSent } from "./stdio-transport.ts";

interface Sent {
  readonly id?: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Who counts those that still follow. */
class CountedLife extends SignalLife {
  readonly followers = new Set<LifeFollower>();

  override follow(follower: LifeFollower): void {
    this.followers.add(follower);
    super.follow(follower);
  }

  override unfollow(follower: LifeFollower): void {
    this.followers.delete(follower);
    super.unfollow(follower);
  }
}

function setUp() {
  const sent: Sent[] = [];
  const clock = new VirtualClock();
  const connection = { isOpen: true };
  const write = (message: unknown): void => {
    if (!connection.isOpen) throw new NotSent("nobody reads");
    sent.push(message as Sent);
  };
  const calls = new DirectCalls({ sdk, clock, writer: { write } });
  const controller = new AbortController();
  const life = new CountedLife(controller.signal);
  const call = (name: string) => calls.call({ name, arguments: { of: name } }, life);
  const take = (message: object): boolean =>
    calls.take({ jsonrpc: "2.0", ...message } as sdk.JSONRPCMessage);
  const idOf = (at: number): number => sent[at]?.id ?? -1;
  return { sent, clock, connection, calls, controller, life, call, take, idOf };
}

const saying = (text: string) => ({ content: [{ type: "text", text }] });

test("a call is sent as the protocol has it, and answers find theirs in any order", async () => {
  const { sent, call, take, idOf, life } = setUp();
  const answers = [call("a"), call("b")];
  expect(sent).toEqual([
    {
      jsonrpc: "2.0",
      id: idOf(0),
      method: "tools/call",
      params: { name: "a", arguments: { of: "a" } },
    },
    {
      jsonrpc: "2.0",
      id: idOf(1),
      method: "tools/call",
      params: { name: "b", arguments: { of: "b" } },
    },
  ]);
  expect(take({ id: idOf(1), result: saying("b") })).toBe(true);
  // Some servers write numbers as texts, and some name the kind of result that newer ones do.
  expect(take({ id: String(idOf(0)), result: { ...saying("a"), resultType: "complete" } })).toBe(
    true,
  );
  expect(await Promise.all(answers)).toEqual([saying("a"), saying("b")]);
  expect(life.followers.size).toBe(0);
});

test("an error is the SDK's", async () => {
  const { call, take, idOf } = setUp();
  const answer = call("a");
  take({ id: idOf(0), error: { code: -32_602, message: "no such luck", data: { why: 1 } } });
  await expect(answer).rejects.toBeInstanceOf(sdk.ProtocolError);
  await expect(answer).rejects.toMatchObject({ code: -32_602, message: "no such luck" });
});

test("what is no answer to one of these calls is left to the SDK", () => {
  const { call, take, idOf } = setUp();
  void call("a");
  const id = idOf(0);
  const result = saying("not yours");
  for (const other of [0, 7, -1, id + 1, "no-such-id", undefined, null, true, [id], { id }])
    expect([other, take({ id: other, result })]).toEqual([other, false]);
  expect(take({ id, method: "sampling/createMessage", params: {} })).toBe(false);
  expect(take({ method: "notifications/progress", params: {} })).toBe(false);
});

test("a call whose life ends is cancelled in the server, and its late answer is nobody's", async () => {
  const { sent, call, take, idOf, controller } = setUp();
  const [done, hanging] = [call("done"), call("hanging")];
  take({ id: idOf(0), result: saying("done") });
  const reason = new ToolError("CALL_CANCELLED", "enough");
  controller.abort(reason);
  await expect(hanging).rejects.toBe(reason);
  const params = { requestId: idOf(1), reason: String(reason) };
  expect(sent.slice(2)).toEqual([{ jsonrpc: "2.0", method: "notifications/cancelled", params }]);
  expect(take({ id: idOf(1), result: saying("late") })).toBe(true);
  expect(await done).toEqual(saying("done"));
});

test("a lost connection answers all calls, and takes no more", async () => {
  const { call, calls, clock, life } = setUp();
  const waiting = [call("a"), call("b")];
  calls.close();
  for (const settled of await Promise.allSettled(waiting))
    expect(settled).toMatchObject({
      status: "rejected",
      reason: { code: sdk.SdkErrorCode.ConnectionClosed },
    });
  await expect(call("c")).rejects.toBeInstanceOf(NotSent);
  expect([life.followers.size, clock.pendingTimers]).toEqual([0, 0]);
});

test("a call that cannot be written was not sent, and leaves nothing behind", async () => {
  const { call, connection, clock, controller, life } = setUp();
  const sent = call("sent");
  connection.isOpen = false;
  await expect(call("not sent")).rejects.toBeInstanceOf(NotSent);
  expect(life.followers.size).toBe(1);
  controller.abort(new Error("enough"));
  await expect(sent).rejects.toThrow("enough");
  expect(clock.pendingTimers).toBe(0);
});

test("a timer keeps the program alive while a call waits", async () => {
  const { call, take, idOf, clock } = setUp();
  const waiting = [call("a"), call("b")];
  expect(clock.pendingTimers).toBe(1);
  take({ id: idOf(0), result: saying("a") });
  expect(clock.pendingTimers).toBe(1);
  take({ id: idOf(1), result: saying("b") });
  expect(clock.pendingTimers).toBe(0);
  await Promise.all(waiting);
});
