import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type ClaimOffers,
  type ClaimSource,
  RING_SLOTS,
  SharedFile,
  SharedRing,
  makeRingMemory,
} from "./claims.ts";

interface Claims {
  readonly pool: ClaimOffers;
  readonly worker: ClaimSource;
}

const folder = mkdtempSync(join(tmpdir(), "claims-"));
const fds: number[] = [];
afterAll(() => {
  for (const fd of fds) closeSync(fd);
  rmSync(folder, { recursive: true });
});

const KINDS: Readonly<Record<string, () => Claims>> = {
  ring: () => {
    const memory = makeRingMemory();
    return { pool: new SharedRing(memory), worker: new SharedRing(memory) };
  },
  file: () => {
    const fd = openSync(join(folder, `claims-${fds.length}`), "wx+");
    fds.push(fd);
    return { pool: new SharedFile(fd), worker: new SharedFile(fd) };
  },
};

describe.each(Object.keys(KINDS))("claims in a %s", (kind) => {
  const make = (): Claims => (KINDS[kind] as () => Claims)();

  test("are handed out in order, each once", () => {
    const { pool, worker } = make();
    expect(worker.claim()).toBeUndefined();
    pool.offer([1, 2]);
    pool.offer([5]);
    expect([worker.claim(), worker.claim(), worker.claim(), worker.claim()]).toEqual([
      1,
      2,
      5,
      undefined,
    ]);
  });

  test("are taken back as far as nobody has them", () => {
    const { pool, worker } = make();
    pool.offer([1, 2, 3, 4]);
    expect(worker.claim()).toBe(1);
    expect(pool.takeBack()).toEqual([2, 3, 4]);
    expect(pool.takeBack()).toEqual([]);
    expect(worker.claim()).toBeUndefined();
    pool.offer([5]);
    expect(worker.claim()).toBe(5);
  });

  test("of no calls at all are fine", () => {
    const { pool, worker } = make();
    pool.offer([]);
    expect(worker.claim()).toBeUndefined();
  });

  test("go on for far more calls than fit at once", () => {
    const { pool, worker } = make();
    for (let first = 1; first < 20_000; first += 500) {
      const seqs = Array.from({ length: 500 }, (_, place) => first + place);
      pool.offer(seqs);
      expect(seqs.map(() => worker.claim())).toEqual(seqs);
    }
  });
});

test("more than a ring holds is refused before anything is offered", () => {
  const ring = new SharedRing(makeRingMemory());
  const seqs = Array.from({ length: RING_SLOTS + 1 }, (_, place) => place + 1);
  expect(() => ring.offer(seqs)).toThrow(RangeError);
  expect(ring.claim()).toBeUndefined();
  ring.offer(seqs.slice(1));
  expect(ring.takeBack().length).toBe(RING_SLOTS);
});
