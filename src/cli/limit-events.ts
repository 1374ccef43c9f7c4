/** What happened to limits during a run, a sentence for each thing that happened to each. */
import type { LimitEvent } from "../core/limit-event.ts";
import { oneLine } from "./one-line.ts";
import { millis } from "./result-list.ts";

type EventsOf<Type extends LimitEvent["type"]> = readonly Extract<LimitEvent, { type: Type }>[];

/**
 * Sums up events: how often each limit was closed, its circuit opened and it was congested, and how its adaptive
 * concurrency moved. What ends a state is left out: it says when, and this says how often.
 */
export function summarizeEvents(events: readonly LimitEvent[]): readonly string[] {
  const limits = [...new Set(events.map(({ limit }) => limit))];
  return limits.flatMap((limit) => {
    const own = events.filter((event) => event.limit === limit);
    const facts = [
      ...closed(ofType(own, "limit.closed")),
      ...opened(ofType(own, "circuit.opened")),
      ...congested(ofType(own, "limit.congested")),
      ...adapted(ofType(own, "limit.adapted")),
      ...changed(ofType(own, "limit.changed")),
    ];
    return facts.map((fact) => oneLine(`${limit}: ${fact}`));
  });
}

function ofType<Type extends LimitEvent["type"]>(
  events: readonly LimitEvent[],
  type: Type,
): EventsOf<Type> {
  return events.filter(
    (event): event is Extract<LimitEvent, { type: Type }> => event.type === type,
  );
}

function closed(events: EventsOf<"limit.closed">): readonly string[] {
  const last = events.at(-1);
  if (last === undefined) return [];
  const longestMs = events.reduce((longest, { forMs }) => Math.max(longest, forMs), 0);
  return [`closed ${times(events)}, for up to ${millis(longestMs)} ms: ${last.reason}`];
}

function opened(events: EventsOf<"circuit.opened">): readonly string[] {
  const last = events.at(-1);
  return last === undefined ? [] : [`circuit opened ${times(events)}: ${last.reason}`];
}

function congested(events: EventsOf<"limit.congested">): readonly string[] {
  return events.length === 0 ? [] : [`congested ${times(events)}`];
}

function adapted(events: EventsOf<"limit.adapted">): readonly string[] {
  const [first] = events;
  if (first === undefined) return [];
  const sizes = [first.from, ...events.map(({ to }) => to)];
  const overloads = events.filter(({ reason }) => reason === "overload").length;
  const ordered = sizes.toSorted((left, right) => left - right);
  const range = `between ${ordered[0]} and ${ordered.at(-1)}`;
  const moved = `concurrency from ${first.from} to ${sizes.at(-1)}, ${range}`;
  return [overloads === 0 ? moved : `${moved}; lowered ${overloads}× for overload`];
}

function changed(events: EventsOf<"limit.changed">): readonly string[] {
  return events.length === 0 ? [] : [`settings changed ${times(events)}`];
}

function times({ length }: readonly LimitEvent[]): string {
  return length === 1 ? "once" : `${length} times`;
}
