/** Claims fought over by this thread and a real other one, or another process: each is had by one side, once. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { openClaimFile } from "../../src/executors/process/claim-file.ts";
import {
  type ClaimOffers,
  SharedFile,
  SharedRing,
  makeRingMemory,
} from "../../src/executors/worker/claims.ts";
import { LAST } from "../fixtures/executors/claimer.ts";
import { claimFiles } from "../fixtures/executors/leftovers.ts";

const CLAIMER = new URL("../fixtures/executors/claimer.ts", import.meta.url);
const NUMBERS = 200_000;

/** Offers all numbers, takes some back again and again, and ends with LAST. Returns what was taken back. */
async function fight(claims: ClaimOffers): Promise<number[]> {
  const taken: number[] = [];
  let outstanding = 0;
  for (let first = 1; first <= NUMBERS;) {
    const count = Math.min(1 + (first % 97), NUMBERS - first + 1);
    claims.offer(Array.from({ length: count }, (_, place) => first + place));
    first += count;
    outstanding += count;
    // Never more than the ring holds, and at every distance between the two sides.
    if (outstanding < 400 && first % 5 !== 0) continue;
    const back = claims.takeBack();
    for (const seq of back) taken.push(seq);
    outstanding = 0;
    if (first % 11 === 0) await nextTurn();
  }
  claims.offer([LAST]);
  return taken;
}

function expectEachOnce(taken: readonly number[], claimed: readonly number[]): void {
  const all = [...taken, ...claimed].toSorted((one, other) => one - other);
  expect(all).toEqual(Array.from({ length: NUMBERS }, (_, place) => place + 1));
  expect(claimed).toEqual(claimed.toSorted((one, other) => one - other));
  // Otherwise nobody fought.
  expect(claimed.length).toBeGreaterThan(100);
  expect(taken.length).toBeGreaterThan(100);
}

test("between two threads every number is had once", async () => {
  const memory = makeRingMemory();
  const ring = new SharedRing(memory);
  const worker = new Worker(CLAIMER, { workerData: memory });
  await once(worker, "message");
  const told = once(worker, "message");
  const taken = await fight(ring);
  const [claimed] = (await told) as [number[]];
  expectEachOnce(taken, claimed);
});

test("between two processes every number is had once", async () => {
  const fd = openClaimFile();
  expect(claimFiles()).toEqual([]);
  const child = spawn(process.execPath, [fileURLToPath(CLAIMER), "claim"], {
    stdio: ["ignore", "pipe", "inherit", "ignore", fd],
  });
  try {
    const output = child.stdout as Readable;
    await once(output, "readable");
    const told = text(output);
    const taken = await fight(new SharedFile(fd));
    const claimed = JSON.parse((await told).replace("ready\n", "")) as number[];
    expectEachOnce(taken, claimed);
  } finally {
    child.kill("SIGKILL");
    closeSync(fd);
  }
});

test("what a process had claimed stays claimed after its sudden death", async () => {
  const fd = openClaimFile();
  const claims = new SharedFile(fd);
  claims.offer([1, 2, 3]);
  const script = `
    import { readSync } from "node:fs";
    readSync(4, Buffer.alloc(4), 0, 4, null);
    process.kill(process.pid, "SIGKILL");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "ignore", "inherit", "ignore", fd],
  });
  await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
  expect(claims.takeBack()).toEqual([2, 3]);
  closeSync(fd);
});
