/** From settings to gates: which limits apply to which tools. */
import { askSetting, settingError } from "../ask-setting.ts";
import {
  DEFAULT_CONCURRENCY,
  type LimitOptions,
  type LimitsOptions,
  type TenantLimitOptions,
} from "../limit-options.ts";
import type { LimitedTool } from "../limiter.ts";
import { EACH_TENANT, EVERYTHING, matchScopes, narrowestFirst } from "../match-scopes.ts";
import { compileKey } from "../resource-keys.ts";
import type { Gate } from "./gate.ts";
import { GateTemplate, type TemplateParts } from "./gate-template.ts";
import { type KeyedGates, type KeyedLocks, Lane } from "./lane.ts";
import type { Access } from "./resource-locks.ts";

/** Milliseconds that one step of priority is worth, unless `limits["*"].ageingMs` says otherwise. */
const DEFAULT_AGEING_MS = 10_000;

/** What a limit counts per key, if it has keys. */
const COUNTED = ["concurrency", "adaptive", "rate", "tokens", "preset"] as const;
/** What makes a limit a gate. */
const GATED = [...COUNTED, "queue", "breaker", "reserved"] as const;

interface Scope {
  readonly options: LimitOptions;
  readonly template: GateTemplate | undefined;
  readonly keysOf: ((input: unknown) => readonly string[]) | undefined;
  /** Whether each key has a gate of its own. */
  readonly countsByKey: boolean;
}

/**
 * Settings with changes made: those named are replaced, scopes that are undefined go, all others stay. What is no
 * object is left as it is, for the check of the whole to find.
 */
export function mergeLimits(limits: LimitsOptions, changes: LimitsOptions): LimitsOptions {
  if (!isRecord(changes)) return changes;
  const merged: Record<string, LimitOptions | TenantLimitOptions | undefined> = { ...limits };
  for (const [scope, options] of Object.entries(changes)) {
    merged[scope] = isRecord(options) ? { ...merged[scope], ...options } : options;
  }
  return merged;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The settings of a scheduler, and what they come to. */
export class LimitRules {
  #limits: LimitsOptions = {};
  readonly #scopes = new Map<string, Scope>();
  readonly #parts: TemplateParts;
  #tenantGates: GateTemplate | undefined;
  #lanes = new Map<string, Lane>();
  #laneOf = new WeakMap<LimitedTool, Lane>();
  #ageingMs = DEFAULT_AGEING_MS;

  /** @param limits - Checked before. */
  constructor(limits: LimitsOptions, makeMeters: TemplateParts["makeMeters"]) {
    const weightOf = (tenant: string | undefined): number => this.#weightOf(tenant);
    this.#parts = { makeMeters, weightOf };
    this.change({ [EVERYTHING]: {}, ...limits }, 0);
  }

  /** Milliseconds that one step of priority is worth. */
  get ageingMs(): number {
    return this.#ageingMs;
  }

  /** Every lane at the moment. */
  lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Every gate at the moment, the widest scope first. */
  *gates(): Iterable<Gate> {
    for (const { template } of this.#scopes.values()) yield* template?.gates() ?? [];
    yield* this.#tenantGates?.gates() ?? [];
  }

  /** Takes on all settings of the scopes named. Tools have to be looked up again. */
  change(limits: LimitsOptions, now: number): void {
    this.#limits = { ...this.#limits, ...limits };
    for (const [scope, options] of Object.entries(limits)) {
      if (scope === EACH_TENANT) this.#setTenants(options, now);
      else this.#setScope(scope, options, now);
    }
    const everything: LimitOptions = this.#limits[EVERYTHING] ?? {};
    this.#ageingMs = everything.ageingMs ?? DEFAULT_AGEING_MS;
    if (EACH_TENANT in limits) for (const gate of this.gates()) gate.weighAgain();
    this.#lanes = new Map();
    this.#laneOf = new WeakMap();
    this.#rank();
  }

  /** The lane of a tool, if one of its kind has been asked for. */
  laneOf(tool: LimitedTool): Lane | undefined {
    return this.#laneOf.get(tool);
  }

  /** Makes or finds the lane of a tool. `unsettled` when limits that always came together do not any more. */
  addLane(tool: LimitedTool): { readonly lane: Lane; readonly unsettled: boolean } {
    const scopes = matchScopes(this.#scopes.keys(), tool);
    const name = [...scopes, ...this.#reservedTags(scopes, tool)].join("\n");
    const known = this.#lanes.get(name);
    const lane = known ?? this.#makeLane(scopes, tool);
    this.#lanes.set(name, lane);
    this.#laneOf.set(tool, lane);
    return { lane, unsettled: known === undefined && this.#count(lane) };
  }

  /** What a lane's calls pass by tenant and key. Throws the ToolError of a key that cannot be made. */
  gatesFor(lane: Lane, input: unknown, tenant: string | undefined, now: number): readonly Gate[] {
    if (lane.keyedGates.length === 0) {
      return tenant === undefined || lane.tenantGates === undefined
        ? lane.gates
        : [lane.tenantGates.gate(`tenant:${tenant}`, now), ...lane.gates];
    }
    const keyed = lane.keyedGates.flatMap(({ template, keysOf }) =>
      keysOf(input).map((key) => template.gate(`${template.scope}[${key}]`, now)),
    );
    const tenants =
      tenant === undefined ? undefined : lane.tenantGates?.gate(`tenant:${tenant}`, now);
    return [...keyed, ...(tenants === undefined ? [] : [tenants]), ...lane.gates];
  }

  #setScope(scope: string, options: LimitOptions | undefined, now: number): void {
    if (options === undefined && scope !== EVERYTHING) {
      this.#scopes.delete(scope);
      return;
    }
    const settings = scope === EVERYTHING ? everythingOf(options) : (options ?? {});
    const keysOf = keysIn(settings, scope);
    const countsByKey = keysOf !== undefined && scope !== EVERYTHING && has(settings, COUNTED);
    const template = this.#templateOf(scope, settings, now);
    // Made at once, so that it is told of before anybody passes it.
    if (!countsByKey) template?.gate(scope, now);
    this.#scopes.set(scope, { options: settings, template, keysOf, countsByKey });
  }

  #templateOf(scope: string, settings: LimitOptions, now: number): GateTemplate | undefined {
    if (!has(settings, GATED)) return undefined;
    const known = this.#scopes.get(scope)?.template;
    if (known === undefined) return new GateTemplate(scope, settings, this.#parts);
    known.configure(settings, now);
    return known;
  }

  #setTenants(options: TenantLimitOptions | undefined, now: number): void {
    if (options === undefined || !has(options, GATED)) {
      this.#tenantGates = undefined;
      return;
    }
    if (this.#tenantGates !== undefined) this.#tenantGates.configure(options, now);
    else this.#tenantGates = new GateTemplate(EACH_TENANT, options, this.#parts);
  }

  #makeLane(scopes: readonly string[], tool: LimitedTool): Lane {
    const keyedGates: KeyedGates[] = [];
    const keyedLocks: KeyedLocks[] = [];
    const plain: GateTemplate[] = [];
    for (const name of scopes) {
      const { template, keysOf, options, countsByKey } = this.#scopes.get(name) ?? NO_SCOPE;
      if (keysOf !== undefined && (!countsByKey || options.access !== undefined)) {
        keyedLocks.push({ usesOf: usesOf(keysOf, options.access) });
      }
      if (template === undefined) continue;
      if (keysOf !== undefined && countsByKey) keyedGates.push({ template, keysOf });
      else plain.push(template);
    }
    const tenantGates = this.#tenantGates;
    const dynamic = keyedGates.map(({ template }) => template);
    const templates = [...dynamic, ...(tenantGates ? [tenantGates] : []), ...plain];
    const gates = plain.map((template) => template.gate(template.scope, 0));
    return new Lane({ tool, templates, gates, tenantGates, keyedGates, keyedLocks });
  }

  /** In the order in which calls pass them: of two gates that a call passes, the narrower one is looked at first. */
  #rank(): void {
    const scopes = narrowestFirst([...this.#scopes.keys()]).map(
      (name) => this.#scopes.get(name) ?? NO_SCOPE,
    );
    const byKey = scopes.filter(({ countsByKey }) => countsByKey);
    const plain = scopes.filter(({ countsByKey }) => !countsByKey);
    const templates = [...byKey, { template: this.#tenantGates }, ...plain];
    for (const [rank, { template }] of templates.entries()) {
      if (template !== undefined) template.rank = rank;
    }
  }

  /** Only gates that are one for all can stand for everybody behind them: those of tenants and keys do not. */
  #count({ templates, gates }: Lane): boolean {
    let unsettled = false;
    const together = gates.map(({ template }) => template);
    for (const template of templates) {
      const before = template.dominators;
      template.dominators =
        template.laneCount === 0
          ? new Set(together)
          : new Set(together.filter((other) => before.has(other)));
      if (template.laneCount > 0 && template.dominators.size < before.size) unsettled = true;
      template.laneCount += 1;
    }
    return unsettled;
  }

  /** Tags of a tool that slots are kept for set its calls apart from others in the same scopes. */
  #reservedTags(scopes: readonly string[], { tags = [] }: LimitedTool): string[] {
    const kept = new Set(
      scopes.flatMap((scope) => Object.keys(this.#scopes.get(scope)?.options.reserved ?? {})),
    );
    return tags.map((tag) => `tag:${tag}`).filter((owner) => kept.has(owner));
  }

  #weightOf(tenant: string | undefined): number {
    const weight = this.#limits.tenant?.weight ?? 1;
    if (tenant === undefined) return 1;
    const value =
      typeof weight === "function" ? askSetting(weight, tenant, WEIGHT) : numberFor(weight, tenant);
    if (typeof value === "number" && value > 0 && value < Infinity) return value;
    throw settingError(`${WEIGHT} must be a number above 0 for every tenant.`, WEIGHT);
  }
}

const WEIGHT = "limits.tenant.weight";

const NO_SCOPE: Scope = {
  options: {},
  template: undefined,
  keysOf: undefined,
  countsByKey: false,
};

/** `"*"` is a limit also where nobody says so. */
function everythingOf(options: LimitOptions = {}): LimitOptions {
  return { ...options, concurrency: options.concurrency ?? DEFAULT_CONCURRENCY };
}

function keysIn({ key }: LimitOptions, scope: string): Scope["keysOf"] {
  return key === undefined ? undefined : compileKey(key, `limits["${scope}"].key`);
}

function has(options: LimitOptions, fields: readonly (keyof LimitOptions)[]): boolean {
  return fields.some((field) => options[field] !== undefined);
}

function numberFor(weight: number | Readonly<Record<string, number>>, tenant: string): number {
  if (typeof weight === "number") return weight;
  return Object.hasOwn(weight, tenant) ? (weight[tenant] ?? 1) : 1;
}

function usesOf(
  keysOf: (input: unknown) => readonly string[],
  access: Access | undefined,
): KeyedLocks["usesOf"] {
  return (tool, input) => {
    const asked = access ?? (tool.annotations?.readOnly === true ? "read" : "write");
    return keysOf(input).map((key) => ({ key, access: asked }));
  };
}
