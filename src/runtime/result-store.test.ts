import { expect, test } from "vitest";
import { ResultStore } from "./result-store.ts";

const kept = (output: unknown) => ({ output, tenant: undefined, toolName: "t", maxBytes: 512 });

test("keeps outputs as they are, each under an id of its own", () => {
  const store = new ResultStore();
  const output = { rows: [1] };
  const ids = [store.keep(kept(output), 9), store.keep(kept(output), 9)];
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) {
    expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/u);
    expect(store.get(id ?? "")?.output).toBe(output);
  }
});

test("holds no more than its bytes: what was least recently read goes first", () => {
  const store = new ResultStore(100);
  const [a = "", b = "", c = ""] = ["a", "b"].map((name) => store.keep(kept(name), 50));
  expect(c).toBe("");
  store.get(a);
  const third = store.keep(kept("c"), 50) ?? "";
  expect(store.get(b)).toBeUndefined();
  expect([a, third].map((id) => store.get(id)?.output)).toEqual(["a", "c"]);
});

test("keeps nothing that is larger than all it can hold, and nothing goes for its sake", () => {
  const store = new ResultStore(100);
  const id = store.keep(kept("a"), 50) ?? "";
  expect(store.keep(kept("b"), 101)).toBeUndefined();
  expect(store.get(id)?.output).toBe("a");
  expect(new ResultStore(0).keep(kept("c"), 1)).toBeUndefined();
});

test("knows nothing of other ids", () => {
  expect(new ResultStore().get("none")).toBeUndefined();
});
