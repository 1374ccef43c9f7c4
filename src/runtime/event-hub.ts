/** Hands events to those who listen, and costs nothing while nobody does. */
import type { CallEvent, EventSink, RegistryEvent } from "../core/call-event.ts";
import type { LimitEvent } from "../core/limit-event.ts";
import type { PoolEvent } from "../core/pool-event.ts";
import type { SourceEvent } from "../core/source-event.ts";
import { warnOfRejection, warnOfThrown } from "./callback-warnings.ts";

/** Everything a registry tells. */
export type ToolyardEvent = CallEvent | RegistryEvent | PoolEvent | LimitEvent | SourceEvent;

/** The event of one type. */
export type EventOf<Type extends ToolyardEvent["type"] | "*"> = Type extends "*"
  ? ToolyardEvent
  : Extract<ToolyardEvent, { readonly type: Type }>;

/** Listeners by event type; `"*"` hears everything. */
export class EventHub {
  readonly #listeners = new Map<string, Set<EventSink<never>>>();

  /** Whether anybody listens to anything. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Adds a listener. Returns what takes it off. */
  on<Type extends ToolyardEvent["type"] | "*">(
    type: Type,
    listener: EventSink<EventOf<Type>>,
  ): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(type) === listeners)
        this.#listeners.delete(type);
    };
  }

  /** Tells an event. A listener that throws, or rejects, becomes a process warning and harms nobody else. */
  readonly emit = (event: ToolyardEvent): void => {
    this.#tell(this.#listeners.get(event.type), event);
    this.#tell(this.#listeners.get("*"), event);
  };

  #tell(listeners: Set<EventSink<never>> | undefined, event: ToolyardEvent): void {
    if (listeners === undefined) return;
    for (const listener of listeners) {
      try {
        const returned: unknown = (listener as (event: ToolyardEvent) => unknown)(event);
        // Asked first: texts are not made for each event.
        if (returned !== undefined) warnOfRejection(`A listener of ${event.type}`, returned);
      } catch (thrown) {
        warnOfThrown(`A listener of ${event.type}`, thrown);
      }
    }
  }
}
