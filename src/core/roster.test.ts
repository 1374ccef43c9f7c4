import { array, assert, boolean, nat, property, record } from "fast-check";
import { expect, test } from "vitest";
import { Roster, type RosterMember } from "./roster.ts";

interface Named extends RosterMember {
  readonly name: number;
}

const named = (name: number): Named => ({ name, slot: -1 });

test("it holds what a set would hold, whatever comes and goes", () => {
  const step = record({ add: boolean(), name: nat(9) });
  assert(
    property(array(step), (steps) => {
      const members = Array.from({ length: 10 }, (_, name) => named(name));
      const roster = new Roster<Named>();
      const expected = new Set<Named>();
      for (const { add, name } of steps) {
        const member = members[name] as Named;
        if (add && !expected.has(member)) roster.add(member);
        if (!add) roster.delete(member);
        if (add) expected.add(member);
        else expected.delete(member);
        expect(roster.size).toBe(expected.size);
        expect(new Set(roster)).toEqual(expected);
      }
    }),
  );
});

test("what is in another roster stays there", () => {
  const [one, other] = [new Roster<Named>(), new Roster<Named>()];
  const [mine, theirs] = [named(1), named(2)];
  one.add(mine);
  other.add(theirs);
  one.delete(theirs);
  expect([[...one], [...other]]).toEqual([[mine], [theirs]]);
});

test("members may leave and others come while it is gone over", () => {
  const roster = new Roster<Named>();
  const members = [named(1), named(2), named(3)];
  for (const member of members) roster.add(member);
  const seen: Named[] = [];
  for (const member of roster) {
    seen.push(member);
    roster.delete(member);
    roster.add(named(member.name + 10));
  }
  expect(seen).toEqual(members);
  expect(new Set([...roster].map(({ name }) => name))).toEqual(new Set([11, 12, 13]));
});
