import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { type Asked, type Asking, MOST_QUESTIONS, OpenQuestions } from "./open-questions.ts";
import type { LinkRequest } from "./server-link.ts";

const TIMEOUT_MS = 1_000;

function setUp(): { readonly clock: VirtualClock; readonly questions: OpenQuestions } {
  const clock = new VirtualClock();
  return { clock, questions: new OpenQuestions(clock, TIMEOUT_MS) };
}

/** A request of a call, or of none. */
function requestOf(callId?: string, signal = new AbortController().signal): LinkRequest {
  const call = { callId: callId ?? "", toolName: "t", tenant: "red", context: { user: callId } };
  return { signal, repeatable: false, ...(callId !== undefined && { call }) };
}

const asking = (settings: Partial<Asking> = {}): Asking => ({
  signal: new AbortController().signal,
  behalf: undefined,
  ...settings,
});

/** A question that nobody ever answers. */
function openQuestion(
  questions: OpenQuestions,
  settings?: Partial<Asking>,
): { readonly asked: () => Asked; readonly answered: Promise<unknown> } {
  let told: Asked | undefined;
  const answered = questions.ask(asking(settings), (asked) => {
    told = asked;
    return new Promise<never>(() => {});
  });
  answered.catch(() => {});
  return { asked: () => told as Asked, answered };
}

test("a question is asked on behalf of the only call, and of none when there are several", () => {
  const { questions } = setUp();
  expect(openQuestion(questions).asked().call).toBeUndefined();
  questions.began(requestOf());
  expect(openQuestion(questions).asked().call).toBeUndefined();
  const ended = questions.began(requestOf("one"));
  expect(openQuestion(questions).asked().call).toEqual({
    callId: "one",
    toolName: "t",
    tenant: "red",
    context: { user: "one" },
  });
  questions.began(requestOf("two"));
  expect(openQuestion(questions).asked().call).toBeUndefined();
  ended();
  expect(openQuestion(questions).asked().call?.callId).toBe("two");
});

test("for a while after a call was given up nobody is told to be the one whose question it is", async () => {
  const { clock, questions } = setUp();
  const [cancelled, other] = [new AbortController(), new AbortController()];
  const giveUp = questions.began(requestOf("one", cancelled.signal));
  cancelled.abort();
  giveUp();
  questions.began(requestOf("two", other.signal));
  expect(openQuestion(questions).asked().call).toBeUndefined();
  expect(openQuestion(questions, { behalf: other.signal }).asked().call?.callId).toBe("two");
  await clock.advance(TIMEOUT_MS);
  expect(openQuestion(questions).asked().call?.callId).toBe("two");
});

test("where the protocol tells whose question it is, it is that call's among many", async () => {
  const { questions } = setUp();
  const { signal } = new AbortController();
  const other = questions.began(requestOf("one"));
  const ended = questions.began(requestOf("two", signal));
  const { asked, answered } = openQuestion(questions, { behalf: signal });
  expect(asked().call?.callId).toBe("two");
  other();
  expect(asked().signal.aborted).toBe(false);
  ended();
  await expect(answered).rejects.toThrow("has ended");
  expect(asked().signal.aborted).toBe(true);
});

test("the answer is what is given back, and a failure what is thrown", async () => {
  const { questions } = setUp();
  await expect(questions.ask(asking(), () => "yes")).resolves.toBe("yes");
  const failed = questions.ask(asking(), () => Promise.reject(new Error("no")));
  await expect(failed).rejects.toThrow("no");
});

test("a question ends with its call, for the reason of that", async () => {
  const { clock, questions } = setUp();
  const call = new AbortController();
  const ended = questions.began(requestOf("one", call.signal));
  const { asked, answered } = openQuestion(questions);
  await clock.advance(10 * TIMEOUT_MS);
  expect(asked().signal.aborted).toBe(false);
  call.abort(new ToolError("DEADLINE_EXCEEDED", "late"));
  ended();
  await expect(answered).rejects.toThrow("late");
});

test("a question that may be any call's ends with the last of those that ran when it came", async () => {
  const { questions } = setUp();
  const ends = ["one", "two"].map((id) => questions.began(requestOf(id)));
  const { asked, answered } = openQuestion(questions);
  questions.began(requestOf("three"));
  ends[0]?.();
  expect(asked().signal.aborted).toBe(false);
  ends[1]?.();
  await expect(answered).rejects.toMatchObject({ code: "CALL_CANCELLED" });
});

test("a question outside any call has the time of a connection", async () => {
  const { clock, questions } = setUp();
  const { answered } = openQuestion(questions);
  const outcome = expect(answered).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
  await clock.advance(TIMEOUT_MS);
  await outcome;
  expect(clock.pendingTimers).toBe(0);
  await questions.ask(asking(), () => "quick");
  expect(clock.pendingTimers).toBe(0);
});

test("a question ends when the server takes it back, and when the connection is lost", async () => {
  const { questions } = setUp();
  const server = new AbortController();
  questions.began(requestOf("one"));
  const taken = openQuestion(questions, { signal: server.signal });
  const lost = openQuestion(questions);
  server.abort(new Error("never mind"));
  await expect(taken.answered).rejects.toThrow("never mind");
  expect(lost.asked().signal.aborted).toBe(false);
  questions.close(new Error("gone"));
  await expect(lost.answered).rejects.toThrow("gone");
  await expect(questions.ask(asking({ signal: server.signal }), () => "late")).rejects.toThrow(
    "never mind",
  );
});

test("a server that asks without end is refused at some point, and heard again when there is room", async () => {
  const { questions } = setUp();
  const ended = questions.began(requestOf("one"));
  const open = Array.from({ length: MOST_QUESTIONS }, () => openQuestion(questions));
  await expect(questions.ask(asking(), () => "no")).rejects.toThrow("100 questions are open");
  ended();
  await Promise.allSettled(open.map(({ answered }) => answered));
  await expect(questions.ask(asking(), () => "yes")).resolves.toBe("yes");
});
