import { expect, test } from "vitest";
import { CoreUse } from "./core-use.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { TaskTimes } from "./task-times.ts";

/** How often the pool looks. Milliseconds. */
const LOOK_MS = 20;

/** A worker whose tool computes for a share of the time it holds it. */
class Worker {
  state = "ready";
  load = 1;
  times: TaskTimes | undefined = { cpuMs: 0, computingMs: 0 };
  readonly #computingShare: number;

  constructor(computingShare: number) {
    this.#computingShare = computingShare;
  }

  get running(): unknown[] {
    return [{ tool: { profile: { computingShare: this.#computingShare } } }];
  }

  readTimes(): TaskTimes | undefined {
    return this.times;
  }

  /** It was on a core, and waited for one. Milliseconds. */
  worked(cpuMs: number, waitedMs: number = 0): void {
    const { times = { cpuMs: 0, computingMs: 0 } } = this;
    this.times = {
      cpuMs: times.cpuMs + cpuMs,
      computingMs: times.computingMs + cpuMs + waitedMs,
    };
  }
}

/** Looks so often at workers that work in the same way between looks. */
function lookAt(
  use: CoreUse,
  workers: readonly Worker[],
  count: number,
  work: (worker: Worker) => void = () => {},
): void {
  for (let look = 1; look <= count; look += 1) {
    for (const worker of workers) work(worker);
    now += LOOK_MS;
    use.look(workers as unknown as PoolWorker[], now);
  }
}

let now = 0;

test("nothing is known before three looks have measured", () => {
  const use = new CoreUse();
  lookAt(use, [new Worker(0)], 2);
  expect(use.computing).toBeUndefined();
  lookAt(use, [new Worker(0)], 1);
  expect(use.computing).toBeDefined();
});

test("workers that block compute nothing", () => {
  const use = new CoreUse();
  const workers = [new Worker(0), new Worker(0)];
  lookAt(use, workers, 4);
  expect(use.computing).toBe(0);
});

test("workers that compute count as one each, also when they wait for a core most of the time", () => {
  const use = new CoreUse();
  const workers = [new Worker(0), new Worker(0)];
  lookAt(use, workers, 4, (worker) => worker.worked(LOOK_MS / 4, (LOOK_MS * 3) / 4));
  expect(use.computing).toBe(2);
});

test("computing calls that a slow pool hands out late are not taken for waits, however busy the machine is", () => {
  const use = new CoreUse();
  // On a core for a quarter of each call, as there are three others that compute; and idle half of the time.
  const workers = [new Worker(0.25), new Worker(0.25)];
  lookAt(use, workers, 4, (worker) => worker.worked(LOOK_MS / 8, (LOOK_MS * 3) / 8));
  expect(use.computing).toBe(2);
});

test("calls that block and are woken late are not taken for computing ones", () => {
  const use = new CoreUse();
  const workers = [new Worker(0.01)];
  lookAt(use, workers, 6, (worker) => worker.worked(0.2, 1));
  expect(use.computing).toBeLessThan(0.1);
});

test("a moment of computing counts for three looks", () => {
  const use = new CoreUse();
  const workers = [new Worker(0)];
  lookAt(use, workers, 4);
  lookAt(use, workers, 1, (worker) => worker.worked(LOOK_MS));
  lookAt(use, workers, 2);
  expect(use.computing).toBe(1);
  lookAt(use, workers, 1);
  expect(use.computing).toBe(0);
});

test("what is seen while other workers start says nothing", () => {
  const use = new CoreUse();
  const [blocked, beginner] = [new Worker(0), new Worker(0)];
  beginner.state = "starting";
  lookAt(use, [blocked, beginner], 5);
  expect(use.computing).toBeUndefined();
});

test("idle workers and those that leave do not count", () => {
  const use = new CoreUse();
  const [idle, leaving] = [new Worker(1), new Worker(1)];
  idle.load = 0;
  leaving.state = "retiring";
  lookAt(use, [idle, leaving], 3);
  expect(use.computing).toBe(0);
});

test("where the system does not tell, what is known of the tool counts", () => {
  const use = new CoreUse();
  const worker = new Worker(0.3);
  worker.times = undefined;
  lookAt(use, [worker], 3);
  expect(use.computing).toBeCloseTo(0.3);
});

test("measurements are forgotten when nothing has waited for long", () => {
  const use = new CoreUse();
  lookAt(use, [new Worker(0)], 4);
  for (let look = 0; look < 10; look += 1) use.skip();
  expect(use.computing).toBeDefined();
  use.skip();
  expect(use.computing).toBeUndefined();
});
