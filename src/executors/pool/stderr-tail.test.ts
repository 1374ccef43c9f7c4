import { expect, test } from "vitest";
import { StderrTail } from "./stderr-tail.ts";

test("what was printed last is kept, up to 4 096 characters", () => {
  const tail = new StderrTail();
  expect(tail.text).toBe("");
  tail.add("first\n");
  tail.add("second\n");
  expect(tail.text).toBe("first\nsecond\n");
  tail.add("x".repeat(5_000));
  tail.add("the end");
  expect(tail.text.length).toBe(4_096);
  expect(tail.text.endsWith("xthe end")).toBe(true);
});
