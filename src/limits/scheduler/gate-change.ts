import type { LimitEvent } from "../../core/limit-event.ts";

type BodyOf<Event> = Event extends LimitEvent ? Omit<Event, "at" | "limit"> : never;

/** What changed at a gate: an event without its time and its limit. */
export type GateChange = BodyOf<LimitEvent>;
