import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import type { AttemptOutcome } from "../executor.ts";
import { CallLine } from "./call-line.ts";
import { PoolCall } from "./pool-call.ts";
import { Quarantine } from "./quarantine.ts";
import { ToolProfile } from "./tool-profile.ts";
import { watchedAttempt } from "../../testing/watched-attempt.ts";

const TOOL = { name: "t", description: "t", input: {}, execute: () => 1 };
const POOL_TOOL = {
  number: 1,
  name: "t",
  origin: { kind: "module", url: "file:///t", exportName: "t", member: { kind: "tool" } },
  repeatable: false,
  maxCpuMs: undefined,
  profile: new ToolProfile(1),
  quarantine: new Quarantine(3),
} as const;
const OUTCOME: AttemptOutcome = { status: "ok", output: 1, runMs: 0 };

const makeCall = (): PoolCall => new PoolCall(watchedAttempt(TOOL, 1), POOL_TOOL, 0, () => {});

/** The line's calls, taken out one by one. */
function empty(line: CallLine): PoolCall[] {
  const calls: PoolCall[] = [];
  for (let call = line.first; call !== undefined; call = line.first) {
    calls.push(call);
    line.shift();
  }
  return calls;
}

test("calls leave a line in the order they came", () => {
  const line = new CallLine();
  const calls = Array.from({ length: 5 }, makeCall);
  for (const call of calls) line.add(call);
  expect(line.size).toBe(5);
  expect(empty(line)).toEqual(calls);
  expect(line.size).toBe(0);
  expect(line.first).toBeUndefined();
});

test("calls that are put back come before all others, in their order", () => {
  const line = new CallLine();
  const [one, two, three, four] = Array.from({ length: 4 }, makeCall) as [
    PoolCall,
    PoolCall,
    PoolCall,
    PoolCall,
  ];
  line.add(three);
  line.add(four);
  one.answer(OUTCOME);
  line.putBack([one, two]);
  expect(line.size).toBe(3);
  expect(empty(line)).toEqual([two, three, four]);
});

test("an answered call is passed over", () => {
  const line = new CallLine();
  const calls = Array.from({ length: 4 }, makeCall);
  for (const call of calls) line.add(call);
  for (const call of [calls[0], calls[2]]) {
    call?.answer(OUTCOME);
    line.leave();
  }
  expect(line.size).toBe(2);
  expect(line.takeAll()).toEqual([calls[1], calls[3]]);
  expect(line.size).toBe(0);
});

test("whatever comes, goes, returns and is answered, the line is a line", () => {
  const steps = array(constantFrom("add", "add", "add", "shift", "shift", "putBack", "answer"));
  assert(
    property(steps, (acts) => {
      const line = new CallLine();
      const model: PoolCall[] = [];
      const taken: PoolCall[] = [];
      for (const act of acts) {
        if (act === "add") {
          const call = makeCall();
          line.add(call);
          model.push(call);
        } else if (act === "shift") {
          line.shift();
          const call = model.shift();
          if (call !== undefined) taken.push(call);
        } else if (act === "putBack") {
          const back = taken.splice(-2);
          line.putBack(back);
          model.unshift(...back);
        } else {
          const call = model.splice(Math.floor(model.length / 2), 1)[0];
          call?.answer(OUTCOME);
          if (call !== undefined) line.leave();
        }
        expect(line.size).toBe(model.length);
        expect(line.first).toBe(model[0]);
      }
      expect(empty(line)).toEqual(model);
    }),
  );
});
