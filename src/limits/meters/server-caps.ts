/** Most at once; more are merged. */
const MAX_CAPS = 8;

/** At most `left` until `until`. */
interface Cap {
  readonly until: number;
  left: number;
}

/**
 * What a server said is left: at most so many, until it counts afresh. Several may hold together, each longer than
 * the one before it and each with more left; any other would mean nothing.
 */
export class ServerCaps {
  #caps: Cap[] = [];

  /** When `cost` is within all of them. */
  opensAt(now: number, cost: number): number {
    this.#drop(now);
    let opensAt = now;
    for (const { left, until } of this.#caps) if (left < cost) opensAt = until;
    return opensAt;
  }

  /** Counts what was taken. What is given back is not: the server may have counted it all the same. */
  take(cost: number): void {
    for (const cap of this.#caps) cap.left -= cost;
  }

  /** Adds one; does nothing when another allows no more for no less time. */
  add(left: number, until: number): void {
    if (this.#caps.some((cap) => cap.until >= until && cap.left <= left)) return;
    const others = this.#caps.filter((cap) => cap.until > until || cap.left < left);
    this.#caps = [...others, { left, until }].toSorted((one, other) => one.until - other.until);
    if (this.#caps.length > MAX_CAPS) this.#merge();
  }

  /** What the strictest leaves; Infinity when there is none. */
  left(now: number): number {
    this.#drop(now);
    return this.#caps[0]?.left ?? Infinity;
  }

  #drop(now: number): void {
    while (this.#caps[0] !== undefined && this.#caps[0].until <= now) this.#caps.shift();
  }

  /** The first two become one that is as strict as the stricter and holds as long as the longer. */
  #merge(): void {
    const [first, second, ...others] = this.#caps;
    if (first === undefined || second === undefined) return;
    this.#caps = [{ left: first.left, until: second.until }, ...others];
  }
}
