import type { EventSink } from "../core/call-event.ts";
import type { SourceEvent } from "../core/source-event.ts";
import type { SourceStats } from "../core/source-stats.ts";
import type { Tool } from "../core/tool.ts";
import type { Clock } from "../time/clock.ts";

/** What a source is given by the registry it belongs to. */
export interface SourceHost {
  readonly clock: Clock;
  readonly emit: EventSink<SourceEvent>;
  /**
   * Says which tools there are from now on, under the source's own names: new ones are registered, changed ones
   * replaced, missing ones removed. Tools that cannot be registered are left out and become `problems`. Never throws.
   *
   * A tool has changed when anything of it has, its function excepted where its `origin` says where that comes from. What
   * was offered is not changed afterwards: a changed tool is another object.
   *
   * @param problems - What the source itself left out, and why.
   */
  offer(tools: readonly Tool[], problems?: readonly string[]): void;
}

/**
 * Where tools come from that live on after they were registered: they may change, fail and come back.
 *
 * A source belongs to one registry. What it offers are tools whose `execute` works on the event loop and whose `origin`
 * says how a worker makes them anew.
 */
export interface ToolSource {
  /** Its name in events and stats. */
  readonly name: string;
  /**
   * Connects, and offers its tools before it resolves. Called once.
   *
   * @throws ToolError `SOURCE_UNAVAILABLE` when it cannot be reached now; TypeError when its settings are wrong. A
   *   source that goes on trying by itself emits `source.lost` and resolves instead.
   */
  start(host: SourceHost): Promise<void>;
  /** A snapshot, made when asked for; the registry adds what it knows itself. */
  stats(): Omit<SourceStats, "tools" | "problems">;
  /**
   * Lets go of every connection and child process; running calls fail with `CALL_CANCELLED`. May be called twice, and
   * while it starts. Waited for 10 seconds at most; a failure is told in a warning.
   */
  close(): Promise<void>;
}
