import { expect, test } from "vitest";
import { AttachedLoad } from "./attached-load.ts";

const KIB = 1024;

test.each([
  ["moved", true, 64 * KIB],
  ["copied", false, 2_048 * KIB],
])(
  "a worker whose inputs are %s has enough from a limit on, until calls leave",
  (_name, isMoved, limit) => {
    const load = new AttachedLoad();
    load.add(1, { size: limit - 1, isMoved });
    load.add(2, { size: 0, isMoved: false });
    expect(load.isEnough).toBe(false);
    load.add(3, { size: 1, isMoved: false });
    expect(load.isEnough).toBe(true);
    load.remove(2);
    load.remove(9);
    expect(load.isEnough).toBe(true);
    load.remove(3);
    load.remove(3);
    expect(load.isEnough).toBe(false);
    load.remove(1);
    load.add(4, { size: limit - 1, isMoved });
    expect(load.isEnough).toBe(false);
  },
);
