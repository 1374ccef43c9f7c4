import { expect, test } from "vitest";
import { CallServer } from "./call-server.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

const origin = {
  kind: "module",
  url: "data:text/javascript,export const tools = { double: (input) => 2 * input }",
  exportName: "tools",
  member: { kind: "method", method: "double", on: "object", parameters: undefined },
} as const;
const TOOL = { type: "tool", tool: 1, name: "double", origin, repeatable: true } as const;
const call = (seq: number, input: number): ToWorker => [seq, 1, `${seq}.1`, `call_${seq}`, input];

/** A server, what it may claim, and what it has answered. */
function makeServer(): {
  readonly server: CallServer;
  readonly offers: number[];
  readonly answers: FromWorker[];
  readonly receive: (...messages: ToWorker[]) => void;
} {
  const offers: number[] = [];
  const answers: FromWorker[] = [];
  const server = new CallServer({
    mode: "process",
    workerId: "process-1",
    claims: { claim: () => offers.shift() },
    send: ({ json }) => answers.push(...(JSON.parse(json) as FromWorker[])),
    memoryBytes: () => 0,
    isClear: () => true,
    exit: () => {},
  });
  const receive = (...messages: ToWorker[]): void => server.receive({ messages, attachments: [] });
  return { server, offers, answers, receive };
}

/** What calls gave, by their numbers. */
const outputs = (answers: readonly FromWorker[]): unknown[][] =>
  answers.flatMap((answer) => ("type" in answer ? [] : [[answer[0], answer[2]]]));

test("a call is run when it is claimed, and not before", async () => {
  const { offers, answers, receive } = makeServer();
  receive(TOOL, call(1, 21));
  offers.push(1);
  receive({ type: "ping" });
  await expect.poll(() => outputs(answers)).toEqual([[1, 42]]);
});

test("calls that the pool has taken back for a moment are run when they are offered again", async () => {
  const { offers, answers, receive } = makeServer();
  receive(TOOL, call(1, 1), call(2, 2));
  // All were gone when it looked.
  receive({ type: "ping" });
  offers.push(1, 2);
  receive({ type: "ping" });
  await expect
    .poll(() => outputs(answers))
    .toEqual([
      [1, 2],
      [2, 4],
    ]);
});

test("calls that were taken back for good are passed over", async () => {
  const { offers, answers, receive } = makeServer();
  offers.push(3);
  receive(TOOL, call(1, 1), call(2, 2), call(3, 3));
  await expect.poll(() => outputs(answers)).toEqual([[3, 6]]);
});

test("a claim that comes before its message waits for it", async () => {
  const { offers, answers, receive } = makeServer();
  receive(TOOL, call(1, 1));
  offers.push(2);
  receive({ type: "ping" });
  receive(call(2, 2));
  await expect.poll(() => outputs(answers)).toEqual([[2, 4]]);
});

test("tools are loaded before their first call where that is asked for, and what cannot be loaded is told at its call", async () => {
  const { offers, answers, receive } = makeServer();
  const broken = { ...TOOL, tool: 2, origin: { ...origin, exportName: "nothing" } };
  receive(TOOL, broken, { type: "preload", tools: [1, 2] });
  await expect.poll(() => answers).toEqual([{ type: "loaded" }]);
  offers.push(1, 2);
  receive(call(1, 4), [2, 2, "2.1", "call_2", 1]);
  await expect.poll(() => answers.length).toBe(3);
  expect(outputs(answers)).toEqual([[1, 8]]);
  expect(answers.at(-1)).toMatchObject({
    type: "failed",
    seq: 2,
    error: { tool: { code: "SOURCE_UNAVAILABLE" } },
  });
});
