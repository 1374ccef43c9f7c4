export { seededChance } from "./testing/fake-chance.ts";
export { type FakeCounter, type FakeCounterOptions, fakeCounter } from "./testing/fake-counter.ts";
export { type LoadOptions, arriveAt, burst, poisson, sendAt, steady } from "./testing/fake-load.ts";
export {
  type FakeMemoryHog,
  type FakeMemoryHogOptions,
  fakeMemoryHog,
} from "./testing/fake-memory.ts";
export {
  type FakeAnswer,
  FakeServer,
  type FakeServerOptions,
  fakeServerTool,
} from "./testing/fake-server.ts";
export {
  type FakeOutput,
  type FakeTool,
  type FakeToolOptions,
  fakeTool,
} from "./testing/fake-tool.ts";
export type { FakeLatency } from "./testing/fake-wait.ts";
export { worstWindow } from "./testing/fake-windows.ts";
export { VirtualClock } from "./testing/virtual-clock.ts";
export type { CancelTimer, Clock } from "./time/clock.ts";
