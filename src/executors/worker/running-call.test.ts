import { beforeEach, describe, expect, test, vi } from "vitest";
import { IncomingCall } from "./incoming-call.ts";
import { type CallHost, type CallMoment, RunningCall } from "./running-call.ts";

let now = 0;
let active = 0;
beforeEach(() => {
  now = 100;
  active = 0;
  cpuMs = 40;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
  const loop = vi.spyOn(performance, "eventLoopUtilization").mockImplementation((since) => {
    return { idle: 0, active: active - (since?.active ?? 0), utilization: 0 };
  });
  return () => {
    clock.mockRestore();
    loop.mockRestore();
  };
});

/** What the meter charges now. */
let cpuMs = 0;
const moment = (): CallMoment => ({ at: now, cpuMs });
const TOOL = { name: "t", repeatable: false };
const HOST: CallHost = {
  mode: "process",
  workerId: "process-1",
  onProgress: () => {},
  onCall: () => Promise.reject(new Error("There is no other tool.")),
};
const makeCall = (): RunningCall =>
  new RunningCall(new IncomingCall([1, 1, "1.1", "call_1", {}], []), TOOL, HOST, moment());

describe("the times of a call", () => {
  test("that never waited are all busy", () => {
    const call = makeCall();
    now += 7;
    cpuMs += 6.5;
    expect(call.times(moment())).toEqual({ runMs: 7, cpuMs: 6.5 });
  });

  test("shorter than a millisecond do not tell the CPU time", () => {
    const call = makeCall();
    now += 0.25;
    cpuMs += 0.1;
    expect(call.times(moment())).toEqual({ runMs: 0.25 });
  });

  test("never have more CPU time than they took", () => {
    const call = makeCall();
    now += 2;
    cpuMs += 2.1;
    expect(call.times(moment())).toEqual({ runMs: 2, cpuMs: 2 });
  });

  test("that waited are busy before, and while the loop was", () => {
    const call = makeCall();
    now += 2;
    call.waits();
    now += 50;
    active += 3;
    cpuMs += 4;
    expect(call.times(moment())).toEqual({ runMs: 52, busyMs: 5, cpuMs: 4 });
  });

  test("begin when the function does, not when its module is loaded", () => {
    const call = makeCall();
    call.waits();
    now += 300;
    cpuMs += 300;
    call.begins(moment());
    now += 4;
    cpuMs += 3;
    expect(call.times(moment())).toEqual({ runMs: 4, cpuMs: 3 });
  });
});

describe("the signal of a call", () => {
  test("aborts with the reason when the call is cancelled", () => {
    const call = makeCall();
    const signal = call.makeSignal();
    const reason = new Error("enough");
    expect(signal.aborted).toBe(false);
    call.abort(reason);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
    expect(call.makeSignal()).toBe(signal);
  });

  test("is aborted already when first asked for after the cancel", () => {
    const call = makeCall();
    expect(call.cancelReason).toBeUndefined();
    const reason = new Error("enough");
    call.abort(reason);
    expect(call.cancelReason).toBe(reason);
    expect(call.makeSignal().reason).toBe(reason);
  });
});
