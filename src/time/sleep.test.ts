import { expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import { ListenedDeadline } from "../testing/limiter-request.ts";
import { VirtualClock } from "../testing/virtual-clock.ts";
import { Deadline } from "./deadline.ts";
import { sleep } from "./sleep.ts";

const reason = new ToolError("CALL_CANCELLED", "enough");

/** Sleeps, and says how it ended once it has. */
function watchedSleep(clock: VirtualClock, delayMs: number, deadline: Deadline): () => unknown {
  let end: unknown = "asleep";
  sleep(clock, delayMs, deadline).then(
    () => (end = "awake"),
    (thrown: unknown) => (end = thrown),
  );
  return () => end;
}

test("sleep ends after its time and leaves neither timer nor listener", async () => {
  const clock = new VirtualClock();
  const deadline = new ListenedDeadline(clock);
  deadline.expireAfter(1_000, () => reason);
  const endOf = watchedSleep(clock, 100, deadline);

  await clock.advance(99);
  expect(endOf()).toBe("asleep");
  await clock.advance(1);
  expect(endOf()).toBe("awake");

  expect(deadline.listening).toBe(0);
  deadline.close();
  expect(clock.pendingTimers).toBe(0);
});

test("sleep rejects with the deadline's reason the moment that ends, and takes its timer back", async () => {
  const clock = new VirtualClock();
  const deadline = new Deadline(clock);
  deadline.expireAfter(50, () => reason);
  const endOf = watchedSleep(clock, 100, deadline);

  await clock.advance(50);
  expect(endOf()).toBe(reason);
  expect(clock.pendingTimers).toBe(0);
});

test("sleep rejects at once when the deadline has ended", async () => {
  const clock = new VirtualClock();
  const deadline = new Deadline(clock);
  deadline.end(reason);

  await expect(sleep(clock, 100, deadline)).rejects.toBe(reason);
  expect(clock.pendingTimers).toBe(0);
});

test("sleep of no time at all still lets others run first", async () => {
  const clock = new VirtualClock();
  const endOf = watchedSleep(clock, 0, new Deadline(clock));
  expect(endOf()).toBe("asleep");
  await clock.advance(0);
  expect(endOf()).toBe("awake");
});
