import { expect, test } from "vitest";
import { CpuMeter } from "./cpu-meter.ts";

test("a call that runs alone is charged what the thread used", () => {
  let cpuMs = 50;
  const meter = new CpuMeter(() => cpuMs);
  const begin = meter.perCallMs(0, 0);
  cpuMs += 8;
  expect(meter.perCallMs(1, 10) - begin).toBe(8);
  expect(meter.totalMs).toBe(58);
});

test("calls that run together share what was used while they did", () => {
  let cpuMs = 0;
  const meter = new CpuMeter(() => cpuMs);
  const firstBegin = meter.perCallMs(0, 0);
  cpuMs = 4;
  const secondBegin = meter.perCallMs(1, 10);
  cpuMs = 10;
  const firstEnd = meter.perCallMs(2, 20);
  cpuMs = 11;
  const secondEnd = meter.perCallMs(1, 30);
  expect(firstEnd - firstBegin).toBe(4 + 3);
  expect(secondEnd - secondBegin).toBe(3 + 1);
});

test("what was used while no call ran is charged to none", () => {
  let cpuMs = 0;
  const meter = new CpuMeter(() => cpuMs);
  meter.perCallMs(0, 0);
  cpuMs = 100;
  const begin = meter.perCallMs(0, 10);
  expect(meter.perCallMs(1, 20) - begin).toBe(0);
});

test("a reading is used again for a tenth of a millisecond", () => {
  let readings = 0;
  const meter = new CpuMeter(() => (readings += 1));
  meter.perCallMs(1, 0);
  meter.perCallMs(1, 0.09);
  expect(readings).toBe(1);
  meter.perCallMs(1, 0.11);
  expect(readings).toBe(2);
});
