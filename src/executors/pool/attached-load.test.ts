import { expect, test } from "vitest";
import { AttachedLoad } from "./attached-load.ts";

const MIB = 1024 * 1024;

test.each([
  ["a thread", { threadId: 1 }, MIB / 2],
  ["a process", { threadId: undefined }, 2 * MIB],
])("%s has enough from its limit on, until calls leave", (_name, transport, limit) => {
  const load = new AttachedLoad(transport);
  load.add(1, limit - 1);
  load.add(2, 0);
  expect(load.isEnough).toBe(false);
  load.add(3, 1);
  expect(load.isEnough).toBe(true);
  load.remove(2);
  load.remove(9);
  expect(load.isEnough).toBe(true);
  load.remove(3);
  load.remove(3);
  expect(load.isEnough).toBe(false);
  load.remove(1);
  load.add(4, limit - 1);
  expect(load.isEnough).toBe(false);
});
