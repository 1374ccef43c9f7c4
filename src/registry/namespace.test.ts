import { expect, test } from "vitest";
import type { Tool } from "../core/tool.ts";
import { checkNamespace, isWithin, namespaced } from "./namespace.ts";

test.each(["math", "github.issues", "a.b.c", "naïve-1_x", "♫"])(
  "%s is a namespace",
  (namespace) => {
    expect(() => checkNamespace(namespace)).not.toThrow();
  },
);

test.each(["", ".", ".math", "math.", "a..b", " ", "my tools", "math\n", "\tmath", undefined, 7])(
  "%j is no namespace",
  (namespace) => {
    expect(() => checkNamespace(namespace as string)).toThrow(TypeError);
  },
);

test("a namespace lies within itself and those before its dots, not within its letters", () => {
  expect(isWithin("a", "a")).toBe(true);
  expect(isWithin("a.b.c", "a")).toBe(true);
  expect(isWithin("a.b.c", "a.b")).toBe(true);
  expect(isWithin("ab", "a")).toBe(false);
  expect(isWithin("a", "a.b")).toBe(false);
  expect(isWithin(undefined, "a")).toBe(false);
});

test("a tool in a namespace runs as the tool it was, also one made by a class", () => {
  class Counter implements Tool {
    readonly name: string = "next";
    readonly description = "Counts";
    readonly input = { type: "object" };
    #count = 0;

    execute(): string {
      this.#count += 1;
      return `${this.name} ${this.#count}`;
    }
  }
  const tool = namespaced(new Counter(), "things");
  expect(tool.name).toBe("things.next");
  expect([tool.execute({} as never, {} as never), tool.execute({} as never, {} as never)]).toEqual([
    "next 1",
    "next 2",
  ]);
});
