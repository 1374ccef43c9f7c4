import { expect, test } from "vitest";
import type { PoolEvent } from "../../core/pool-event.ts";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import type { ReadyMessage, ToWorker } from "../worker/protocol.ts";
import { type PoolOptions, resolvePoolOptions } from "./pool-options.ts";
import type { PoolWorker } from "./pool-worker.ts";
import { WorkerCrew } from "./worker-crew.ts";
import type { TransportListener, WorkerExit, WorkerTransport } from "./worker-transport.ts";

const NOTHING_WAITS = { waiting: 0, oldestWaitMs: 0 };
const READY: ReadyMessage = { type: "ready", task: undefined, cpuMs: 0, memoryBytes: 0 };
const exit = (code: number): WorkerExit => ({
  code,
  signal: null,
  outOfMemory: false,
  stderrTail: "",
});

/** A worker that does what the test says. */
class StageWorker implements WorkerTransport {
  readonly pid = undefined;
  readonly threadId = 1;
  readonly receivedBytes = 0;
  readonly stderrTail = "";
  readonly isSending = false;
  readonly claims = { offer: (): void => {}, takeBack: (): number[] => [] };
  readonly told: string[] = [];
  readonly workerId: string;
  readonly #listener: TransportListener;
  killed = false;

  constructor(number: number, listener: TransportListener) {
    this.workerId = `thread-${number}`;
    this.#listener = listener;
  }

  send({ messages }: { readonly messages: readonly ToWorker[] }): number {
    for (const message of messages) this.told.push("type" in message ? message.type : "call");
    return 0;
  }

  memoryBytes(): undefined {
    return undefined;
  }

  kill(): void {
    this.killed = true;
  }

  setReferenced(): void {}

  exits(code: number): void {
    this.#listener.onExit(exit(code));
  }
}

interface Stage {
  readonly crew: WorkerCrew;
  readonly clock: VirtualClock;
  readonly events: PoolEvent[];
  readonly opened: StageWorker[];
  /** Workers that are not gone. */
  readonly workers: () => PoolWorker[];
}

function stage(options: PoolOptions): Stage {
  const clock = new VirtualClock();
  const events: PoolEvent[] = [];
  const opened: StageWorker[] = [];
  const crew = new WorkerCrew(
    {
      mode: "thread",
      clock,
      options: resolvePoolOptions("thread", { spares: 0, ...options }),
      emit: (event) => void events.push(event),
      open: (listener) => {
        const worker = new StageWorker(opened.length + 1, listener);
        opened.push(worker);
        return worker;
      },
    },
    { onFrame: () => {}, onExit: () => {}, onRetired: () => {} },
  );
  return { crew, clock, events, opened, workers: () => [...crew.workers] };
}

/** A crew whose `min` workers are ready, each of which has answered a call. */
function busyStage(options: PoolOptions): Stage {
  const set = stage(options);
  set.crew.growFor(NOTHING_WAITS);
  for (const worker of set.workers()) {
    set.crew.welcome(worker, READY, []);
    worker.callsDone = 1;
  }
  set.crew.tidy();
  return set;
}

const changes = (events: readonly PoolEvent[]): unknown[] =>
  events.flatMap((event) =>
    event.type === "pool.resized" ? [[event.from, event.to, event.reason]] : [],
  );

test("a crew has its least number of workers from the start, and says so", () => {
  const { crew, opened, events } = stage({ min: 3, max: 3 });
  crew.growFor(NOTHING_WAITS);
  crew.growFor(NOTHING_WAITS);
  expect(opened.length).toBe(3);
  expect(changes(events)).toEqual([[0, 3, "minimum"]]);
});

test("a worker that does not get ready in half a minute is given up, and the next one is started", async () => {
  const { crew, clock, opened } = stage({ min: 1, max: 1 });
  crew.growFor(NOTHING_WAITS);
  await clock.advance(30_000);
  crew.tidy();
  expect(opened[0]?.killed).toBe(false);
  await clock.advance(1);
  crew.tidy();
  expect(opened[0]?.killed).toBe(true);
  opened[0]?.exits(1);
  crew.growFor(NOTHING_WAITS);
  expect(opened.length).toBe(2);
});

test("workers that die before they are ready, one after the other, make it pause; one that lives does not hide them", async () => {
  const { crew, clock, opened, workers } = busyStage({ min: 2, max: 2 });
  opened[1]?.exits(1);
  for (let failures = 0; failures < 3; failures += 1) {
    crew.growFor(NOTHING_WAITS);
    opened.at(-1)?.exits(1);
    crew.tidy();
  }
  expect(opened.length).toBe(5);
  crew.growFor(NOTHING_WAITS);
  expect(opened.length).toBe(5);
  await clock.advance(250);
  crew.growFor(NOTHING_WAITS);
  expect(opened.length).toBe(6);
  // Calls that wait are not refused: there is one to run them.
  expect(crew.brokenStart).toBeUndefined();
  expect(workers()[0]?.state).toBe("ready");
});

test("a worn-out worker leaves when its successor has answered a call, and no sooner", async () => {
  const { crew, clock, opened, events, workers } = busyStage({ min: 1, max: 1, maxAgeMs: 1_000 });
  await clock.advance(1_000);
  crew.tidy();
  expect(opened.length).toBe(2);
  const [worn, successor] = workers();
  if (worn === undefined || successor === undefined) throw new Error("One of them is missing.");
  crew.tidy();
  expect(worn.state).toBe("ready");
  crew.welcome(successor, READY, []);
  successor.callsDone = 1;
  crew.tidy();
  expect(worn.state).toBe("retiring");
  expect(opened[0]?.told).toContain("close");
  expect(crew.history).toMatchObject({ recycled: 1, died: 0 });
  // Its size never changed.
  expect(changes(events)).toEqual([[0, 1, "minimum"]]);
});

test("one worker is replaced at a time, however many are worn out", async () => {
  const { crew, clock, opened } = busyStage({ min: 3, max: 3, maxAgeMs: 1_000 });
  await clock.advance(1_000);
  crew.tidy();
  crew.tidy();
  expect(opened.length).toBe(4);
});

test("a successor that dies is followed by another", async () => {
  const { crew, clock, opened } = busyStage({ min: 1, max: 1, maxAgeMs: 1_000 });
  await clock.advance(1_000);
  crew.tidy();
  opened[1]?.exits(1);
  crew.tidy();
  expect(opened.length).toBe(3);
});

test("workers that were idle for long leave, the newest first, down to the least number", async () => {
  const { crew, clock, opened, events, workers } = busyStage({
    min: 1,
    max: 4,
    idleTimeoutMs: 500,
  });
  crew.growFor({ waiting: 2, oldestWaitMs: 0 });
  for (const worker of workers()) if (worker.state === "starting") crew.welcome(worker, READY, []);
  const size = workers().length;
  expect(size).toBeGreaterThan(1);
  await clock.advance(499);
  crew.dismissLongIdle();
  expect(workers().every(({ state }) => state === "ready")).toBe(true);
  await clock.advance(1);
  crew.dismissLongIdle();
  expect(workers().map(({ state }) => state)).toEqual([
    "ready",
    ...Array.from({ length: size - 1 }, () => "retiring"),
  ]);
  expect(changes(events).at(-1)).toEqual([size, 1, "idle"]);
  expect(opened[0]?.told).not.toContain("close");
});

test("what new workers are to load is not asked of the next one after it has cost one its life", () => {
  const { crew, opened, workers } = stage({ min: 1, max: 1 });
  const origin = { kind: "module", url: "file:///t", exportName: "t", member: { kind: "tool" } };
  const tools = [{ number: 1, name: "t", origin, repeatable: true }] as never[];
  crew.growFor(NOTHING_WAITS);
  const [first] = workers();
  if (first !== undefined) crew.welcome(first, READY, tools);
  expect(opened[0]?.told).toEqual(["tool", "preload"]);
  expect(first?.state).toBe("starting");
  opened[0]?.exits(7);
  crew.growFor(NOTHING_WAITS);
  const [second] = workers();
  if (second !== undefined) crew.welcome(second, READY, tools);
  expect(opened[1]?.told).toEqual([]);
  expect(second?.state).toBe("ready");
});
