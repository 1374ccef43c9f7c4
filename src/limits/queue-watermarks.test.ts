import { expect, test } from "vitest";
import type { QueueOptions } from "./limit-options.ts";
import { QueueWatermarks, resolveWatermarks } from "./queue-watermarks.ts";

test.each<[QueueOptions, object | undefined]>([
  [{ max: 100 }, { high: 80, low: 40 }],
  [{ max: 1 }, { high: 1, low: 0 }],
  [{ max: 4 }, { high: 4, low: 2 }],
  [
    { max: 100, high: 10 },
    { high: 10, low: 5 },
  ],
  [
    { max: 100, low: 3 },
    { high: 80, low: 3 },
  ],
  [{ high: 7 }, { high: 7, low: 3 }],
  [{}, undefined],
  [{ max: Infinity }, undefined],
  [{ max: 0 }, undefined],
])("the marks of %j are %j", (queue, marks) => {
  expect(resolveWatermarks(queue)).toEqual(marks);
  expect(QueueWatermarks.of(queue) === undefined).toBe(marks === undefined);
});

test("it is congested from its high mark on, until no more than its low one wait, and says each once", () => {
  const marks = new QueueWatermarks({ high: 4, low: 2 });
  const queued = [1, 3, 4, 5, 4, 3, 2, 1, 3, 4, 0];
  const changes = queued.map((count) => marks.change(count));
  expect(changes.map((change, place) => change && `${change} at ${queued[place]}`)).toEqual([
    undefined,
    undefined,
    "congested at 4",
    undefined,
    undefined,
    undefined,
    "relieved at 2",
    undefined,
    undefined,
    "congested at 4",
    "relieved at 0",
  ]);
  expect(marks.isCongested).toBe(false);
});
