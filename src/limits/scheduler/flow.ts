import type { Account } from "./account.ts";
import { CallLine } from "./call-line.ts";
import type { Gate } from "./gate.ts";
import type { HeapItem } from "./indexed-heap.ts";
import type { Lane } from "./lane.ts";
import type { QueuedCall } from "./queued-call.ts";

/** Where a flow is that waits nowhere. */
export const NOWHERE = -1;

/**
 * Attempts that the same gates apply to, on behalf of the same tenant: of these only the most urgent matters. A flow
 * with attempts waits at one gate, the one that holds its head.
 */
export class Flow implements HeapItem {
  heapIndex = -1;
  readonly lane: Lane;
  readonly tenant: string | undefined;
  /** What its attempts must pass, the narrowest first. */
  readonly gates: readonly Gate[];
  /** Its tenant at each gate. */
  readonly accounts: readonly Account[];
  /** The attempt whose slots its attempts share, when they are nested. */
  readonly parent: QueuedCall | undefined;
  /** Which of its gates it waits at. */
  parkedAt: number = NOWHERE;
  /** Narrower gates for whose line it stands where it waits. */
  standsFor: Gate[] | undefined = undefined;
  readonly calls: CallLine = new CallLine();
  /** Its attempts that run. */
  running = 0;
  /** Its attempts that wait under its gates, those included that wait for what others touch. */
  waiting = 0;

  constructor(
    lane: Lane,
    tenant: string | undefined,
    gates: readonly Gate[],
    parent: QueuedCall | undefined,
  ) {
    this.lane = lane;
    this.tenant = tenant;
    this.gates = gates;
    this.accounts = gates.map((gate) => gate.accountOf(lane.tool, tenant));
    this.parent = parent;
    for (const gate of gates) gate.users += 1;
    for (const account of this.accounts) account.users += 1;
  }

  /** Nobody uses it any more: its gates and accounts need not be kept for it. */
  drop(): void {
    for (const gate of this.gates) gate.users -= 1;
    for (const account of this.accounts) account.users -= 1;
  }

  /** The attempt that goes next. */
  get first(): QueuedCall | undefined {
    return this.calls.first;
  }

  /** Whether its tenant is served before another's, where everybody passes. */
  isServedBefore(other: Flow): boolean {
    const gate = this.gates.at(-1);
    const [own, others] = [this.accounts.at(-1), other.accounts.at(-1)];
    if (gate === undefined || own === undefined || others === undefined) return false;
    gate.line.begin(own);
    return own.tag < others.tag;
  }

  /** Whether nothing waits or runs. */
  get isIdle(): boolean {
    return this.waiting === 0 && this.running === 0;
  }
}
