import type { LimitedTool } from "../limiter.ts";
import type { Flow } from "./flow.ts";
import type { Gate } from "./gate.ts";
import type { GateTemplate } from "./gate-template.ts";
import type { KeyUse } from "./resource-locks.ts";

/** Running times that the mean is about: older ones fade. */
const REMEMBERED = 64;

/** A limit that counts per key: its gates are found by a call's input. */
export interface KeyedGates {
  readonly template: GateTemplate;
  readonly keysOf: (input: unknown) => readonly string[];
}

/** A limit whose keys calls read and write in turn. */
export interface KeyedLocks {
  readonly usesOf: (tool: LimitedTool, input: unknown) => readonly KeyUse[];
}

/** All tools that the same limits apply to. */
export class Lane {
  /** One of its tools. */
  readonly tool: LimitedTool;
  readonly templates: readonly GateTemplate[];
  /** Gates that all of its calls pass, the narrowest first. */
  readonly gates: readonly Gate[];
  readonly tenantGates: GateTemplate | undefined;
  readonly keyedGates: readonly KeyedGates[];
  readonly keyedLocks: readonly KeyedLocks[];
  /** Whether any of its gates may be closed by failures. */
  readonly hasBreakers: boolean;
  /** Its flows, by tenant and keys. */
  readonly flows: Map<string | undefined, Flow> = new Map<string | undefined, Flow>();
  sweepAt = 64;
  #learned = 0;
  #meanMs = 0;
  /** Mean square of the difference from the mean. */
  #variance = 0;

  constructor(parts: LaneParts) {
    this.tool = parts.tool;
    this.templates = parts.templates;
    this.gates = parts.gates;
    this.tenantGates = parts.tenantGates;
    this.keyedGates = parts.keyedGates;
    this.keyedLocks = parts.keyedLocks;
    this.hasBreakers = parts.templates.some(({ options }) => Boolean(options.breaker));
  }

  /** What its attempts take on average, in milliseconds; undefined before the first has ended. */
  get meanMs(): number | undefined {
    return this.#learned === 0 ? undefined : this.#meanMs;
  }

  /** How far they are from that, as a rule: the standard deviation. */
  get deviationMs(): number {
    return Math.sqrt(this.#variance);
  }

  /** An attempt took this long. */
  learn(runMs: number): void {
    if (this.#learned < REMEMBERED) this.#learned += 1;
    const difference = runMs - this.#meanMs;
    this.#meanMs += difference / this.#learned;
    this.#variance += (difference * (runMs - this.#meanMs) - this.#variance) / this.#learned;
  }
}

/** What a {@link Lane} is made of. */
export type LaneParts = Pick<
  Lane,
  "tool" | "templates" | "gates" | "tenantGates" | "keyedGates" | "keyedLocks"
>;
