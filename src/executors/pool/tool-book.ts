/** What a pool knows of each tool that it has run. */
import type { PoolEvent } from "../../core/pool-event.ts";
import type { ToolError } from "../../core/tool-error.ts";
import { type Tool, isRepeatable } from "../../core/tool.ts";
import type { PoolCall, PoolTool } from "./pool-call.ts";
import { Quarantine } from "./quarantine.ts";
import { ToolProfile } from "./tool-profile.ts";
import type { CrewParts } from "./worker-crew.ts";

/** Tools that a new worker loads at once; the others when they are called. */
const MAX_PRELOADED = 100;

/** The tools of a pool, with what was learned about them. */
export class ToolBook {
  readonly #parts: CrewParts;
  /** Tools that nobody else knows any more are forgotten. */
  readonly #tools = new WeakMap<Tool, PoolTool>();
  #known: WeakRef<PoolTool>[] = [];
  #count = 0;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  /** Every tool that has run here. */
  get tools(): readonly PoolTool[] {
    this.#known = this.#known.filter((known) => known.deref() !== undefined);
    return this.#known.flatMap((known) => known.deref() ?? []);
  }

  /** Tools that new workers load before they are asked for: they have run here, and done no harm. */
  proven(): readonly PoolTool[] {
    const proven = this.tools.filter(({ profile, quarantine }) => {
      return profile.isProven && !quarantine.isOn;
    });
    return proven.slice(0, MAX_PRELOADED);
  }

  /** The pool's own record of a tool; a new one when it was never seen. @throws TypeError for closures. */
  toolOf(tool: Tool): PoolTool {
    const known = this.#tools.get(tool);
    if (known !== undefined) return known;
    if (tool.origin === undefined || tool.origin.kind === "closure")
      throw new TypeError(`${tool.name} cannot leave this process.`);
    const made: PoolTool = {
      number: (this.#count += 1),
      name: tool.name,
      origin: tool.origin,
      repeatable: isRepeatable(tool),
      maxCpuMs: tool.maxCpuMs,
      profile: this.#profileOf(tool),
      quarantine: new Quarantine(this.#parts.options.quarantineAfter),
    };
    this.#tools.set(tool, made);
    this.#known.push(new WeakRef(made));
    return made;
  }

  /** Which call used the CPU time of a worker is certain only while that has a single one. */
  #profileOf({ maxCpuMs, origin }: Tool): ToolProfile {
    if (maxCpuMs !== undefined) return new ToolProfile(1, 1);
    const waits = origin?.kind === "source";
    return new ToolProfile(this.#parts.options.maxConcurrencyPerWorker, undefined, { waits });
  }

  /** Why a call must not run at the moment (`CIRCUIT_OPEN`); undefined when it may. */
  refusalOf(call: PoolCall): ToolError | undefined {
    const { quarantine, name } = call.tool;
    if (!quarantine.isOn || call.isProbe) return undefined;
    const refusal = quarantine.refusal(name, this.#parts.clock.now());
    call.isProbe = refusal === undefined;
    return refusal;
  }

  /** A worker died while a call of the tool ran in it; `isCertain`: and nothing else did. */
  blame({ name, profile, quarantine }: PoolTool, error: ToolError, isCertain: boolean): void {
    profile.blame();
    if (!isCertain) return;
    const reason = error.message;
    const retryAfterMs = quarantine.died(reason, this.#parts.clock.now());
    if (retryAfterMs > 0)
      this.#emit({ type: "tool.quarantined", toolName: name, reason, retryAfterMs });
  }

  /** A call of the tool has ended, and its worker lives. */
  survived({ name, quarantine }: PoolTool): void {
    if (quarantine.lived()) this.#emit({ type: "tool.released", toolName: name });
  }

  /** A probe has ended, and nobody knows more than before. */
  abandonProbe(call: PoolCall): void {
    call.isProbe = false;
    call.tool.quarantine.abandonProbe();
  }

  #emit(event: NewsOfTool): void {
    const { emit, clock, mode } = this.#parts;
    emit?.({ ...event, at: clock.epoch(), mode });
  }
}

type NewsOfTool = PoolEvent extends infer Event
  ? Event extends PoolEvent & { readonly toolName: string }
    ? Omit<Event, "at" | "mode">
    : never
  : never;
