/**
 * What is under way, as a list: a thing is added and removed in constant time, in no set order.
 *
 * A `Set` that things come to and leave for as long as a program runs costs far more than it seems to. V8 gives it a new
 * table whenever the old one is used up, and the old one points to the new (for iterators that are on their way). Once
 * the first of them has grown old, each keeps the next alive until all memory is searched, and with it everything that
 * was ever in the set.
 */

/** What can be in a roster, one at a time. */
export interface RosterMember {
  /** Its place; -1 while it is in none. Only its roster changes it. */
  slot: number;
}

/** A list of what is under way. */
export class Roster<Member extends RosterMember> implements Iterable<Member> {
  readonly #members: Member[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** Adds what is in no roster. */
  add(member: Member): void {
    member.slot = this.#members.length;
    this.#members.push(member);
  }

  /** Removes a member; what is not in it stays out. */
  delete(member: Member): void {
    const { slot } = member;
    if (this.#members[slot] !== member) return;
    member.slot = -1;
    const last = this.#members.pop() as Member;
    if (last === member) return;
    last.slot = slot;
    this.#members[slot] = last;
  }

  /** Goes over those that are in it now, whatever becomes of them meanwhile. */
  [Symbol.iterator](): Iterator<Member> {
    return [...this.#members].values();
  }
}
