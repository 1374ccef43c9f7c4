import { ToolError } from "../../core/tool-error.ts";
import { Flow } from "./flow.ts";
import type { LimitRules } from "./limit-rules.ts";
import type { Lane } from "./lane.ts";
import type { QueuedCall } from "./queued-call.ts";

/** Finds the flow of an attempt, and lets go of flows that nothing waits or runs in. */
export class FlowBook {
  readonly #rules: LimitRules;
  constructor(rules: LimitRules) {
    this.#rules = rules;
  }

  /** Like {@link find}; undefined when a key cannot be made, or a weight not be told, any more. */
  tryFind(lane: Lane, call: QueuedCall, tenant: string | undefined, now: number): Flow | undefined {
    try {
      return this.find(lane, call, tenant, now);
    } catch (thrown) {
      if (ToolError.is(thrown)) return undefined;
      throw thrown;
    }
  }

  /** The flow of an attempt on behalf of `tenant`. Throws the ToolError of a key that cannot be made. */
  find(lane: Lane, call: QueuedCall, tenant: string | undefined, now: number): Flow {
    const { parent } = call;
    if (parent === undefined && lane.keyedGates.length === 0) {
      const known = lane.flows.get(tenant);
      if (known !== undefined) return known;
    }
    const gates = this.#rules.gatesFor(lane, call.ask.input, tenant, now);
    const keyed = gates.slice(0, gates.length - lane.gates.length).map(({ name }) => name);
    // Callers choose tenants and keys: no two lists of them may come to the same name.
    const name = lane.keyedGates.length === 0 ? tenant : JSON.stringify([tenant ?? null, keyed]);
    const flows = parent === undefined ? lane.flows : flowsIn(parent, lane);
    let flow = flows.get(name);
    if (flow !== undefined) return flow;
    if (parent === undefined && flows.size >= lane.sweepAt) sweep(lane);
    flow = new Flow(lane, tenant, gates, parent);
    flows.set(name, flow);
    return flow;
  }
}

/** An attempt is over: flows of those it made go, and of those beside it when it was the last of its parent. */
export function forgetNested(call: QueuedCall): void {
  if (call.nestedFlows !== undefined) dropIdle(call.nestedFlows);
  const { parent } = call;
  if (parent?.phase === "over" && parent.nestedFlows !== undefined) dropIdle(parent.nestedFlows);
}

function dropIdle(nested: NonNullable<QueuedCall["nestedFlows"]>): void {
  for (const flows of nested.values()) {
    for (const [name, flow] of flows) {
      if (!flow.isIdle) continue;
      flow.drop();
      flows.delete(name);
    }
  }
}

function flowsIn(parent: QueuedCall, lane: Lane): Map<string | undefined, Flow> {
  const lanes = (parent.nestedFlows ??= new Map());
  let flows = lanes.get(lane);
  if (flows === undefined) lanes.set(lane, (flows = new Map()));
  return flows;
}

/** Flows that are idle go once there are twice as many as were of use: a constant part of the cost of adding one. */
function sweep(lane: Lane): void {
  for (const [name, flow] of lane.flows) {
    if (!flow.isIdle) continue;
    flow.drop();
    lane.flows.delete(name);
  }
  lane.sweepAt = Math.max(64, lane.flows.size * 2);
}
