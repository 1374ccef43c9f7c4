/** Slots that are kept for a tenant or a tag, and lent to others while they are not used. */
import type { LimitedTool } from "../limiter.ts";

/** Slots kept for one tenant or one tag. */
export interface Reservation {
  /** `tenant:NAME` or `tag:NAME`. */
  readonly owner: string;
  slots: number;
  running: number;
}

/** What a gate keeps for whom. */
export class Reservations {
  readonly #byTenant = new Map<string, Reservation>();
  readonly #byTag = new Map<string, Reservation>();
  /** Whether others may use what is not used. */
  readonly #lend: boolean;

  /**
   * @param reserved - Slots by `tenant:NAME` or `tag:NAME`; checked before.
   * @param before - What was kept until now: who runs in what is kept still counts there.
   */
  constructor(reserved: Readonly<Record<string, number>>, lend: boolean, before?: Reservations) {
    this.#lend = lend;
    for (const [owner, slots] of Object.entries(reserved)) {
      const [map, name] = owner.startsWith("tag:")
        ? [this.#byTag, owner.slice("tag:".length)]
        : [this.#byTenant, owner.slice("tenant:".length)];
      const known = before?.values().find((reservation) => reservation.owner === owner);
      const kept = known ?? { owner, slots, running: 0 };
      kept.slots = slots;
      map.set(name, kept);
    }
  }

  /** What is kept for calls of a tool on behalf of a tenant: by tenant, else by the first tag that has something. */
  find({ tags = [] }: LimitedTool, tenant: string | undefined): Reservation | undefined {
    const own = tenant === undefined ? undefined : this.#byTenant.get(tenant);
    if (own !== undefined) return own;
    const tag = tags.find((name) => this.#byTag.has(name));
    return tag === undefined ? undefined : this.#byTag.get(tag);
  }

  /** Everything that is kept. */
  values(): readonly Reservation[] {
    return [...this.#byTenant.values(), ...this.#byTag.values()];
  }

  /** Slots that nobody but their owners may use at the moment. */
  get withheld(): number {
    if (this.#lend) return 0;
    let withheld = 0;
    for (const reservation of this.values()) withheld += owedTo(reservation);
    return withheld;
  }
}

/** How many more its owner may run of what is kept for it. */
export function owedTo({ slots, running }: Reservation): number {
  return Math.max(0, slots - running);
}
