export { VirtualClock } from "./testing/virtual-clock.ts";
export type { CancelTimer, Clock } from "./time/clock.ts";
