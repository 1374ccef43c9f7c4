import { describe, expect, test } from "vitest";
import { instanceOf, memberFunction, toolsIn, type MethodMember } from "./module-member.ts";
import { defineTool, type ToolContext } from "./tool.ts";

const CONTEXT = { callId: "call-1" } as ToolContext;
const NO_INPUT = { type: "object" } as const;

class Shape {
  static made = 0;
  static readonly unit: string = "mm";
  protected readonly side: number = 3;

  constructor() {
    Shape.made += 1;
  }

  static named(name: string): string {
    return `${name} in ${this.unit}`;
  }

  area(): number {
    return this.side ** 2;
  }

  scale(factor = 10, ...rest: unknown[]): unknown[] {
    return [this.side * factor, ...rest];
  }

  asked(input: unknown, context: ToolContext): unknown[] {
    return [this.side, input, context];
  }
}

class Square extends Shape {
  static override readonly unit: string = "cm";
  protected override readonly side = 4;
}

function method(name: string, on: MethodMember["on"], parameters?: string[]): MethodMember {
  return { kind: "method", method: name, on, parameters };
}

function list(...given: unknown[]): unknown[] {
  return given;
}

describe("a plain function", () => {
  test("without parameters gets the input and the context", () => {
    const input = { a: 1 };
    const call = memberFunction(list, { kind: "function", parameters: undefined });
    expect(call(input, CONTEXT)).toEqual([input, CONTEXT]);
  });

  test("with parameters gets those fields in order, and the context where it asks for it", () => {
    const parameters = ["a", "b"];
    const call = memberFunction(list, { kind: "function", parameters });
    expect(call({ b: 2, c: 3 }, CONTEXT)).toEqual([undefined, 2]);
    const asked = memberFunction(list, { kind: "function", parameters, context: true });
    expect(asked({ a: 1 }, CONTEXT)).toEqual([1, undefined, CONTEXT]);
  });

  test("gets the items of a last list one by one, none where it is missing", () => {
    const call = memberFunction(list, { kind: "function", parameters: ["a", "rest"], rest: true });
    expect(call({ a: 1, rest: [2, 3] }, CONTEXT)).toEqual([1, 2, 3]);
    expect(call({ a: 1 }, CONTEXT)).toEqual([1]);
  });

  test("must be one", () => {
    const member = { kind: "function", parameters: [] } as const;
    expect(() => memberFunction({}, member)).toThrow("The export is not a function.");
  });
});

describe("a method", () => {
  test("without parameters gets the input and the context", () => {
    const input = { factor: 2 };
    const call = memberFunction(Shape, method("asked", "instance"));
    expect(call(input, CONTEXT)).toEqual([3, input, CONTEXT]);
  });

  test("with parameters gets those fields in order and nothing else", () => {
    const call = memberFunction(Shape, method("scale", "instance", ["factor", "by"]));
    expect(call({ other: 1, by: "hand", factor: 2 }, CONTEXT)).toEqual([6, "hand"]);
  });

  test("with parameters has its own default where a field is missing", () => {
    const call = memberFunction(Shape, method("scale", "instance", ["factor"]));
    expect(call({}, CONTEXT)).toEqual([30]);
  });

  test("never gets the context in a parameter that was not listed", () => {
    const call = memberFunction(Shape, method("scale", "instance", []));
    expect(call({ factor: 2 }, CONTEXT)).toEqual([30]);
  });

  test("that is inherited runs on the instance of the class that was asked for", () => {
    expect(memberFunction(Square, method("area", "instance"))({}, CONTEXT)).toBe(16);
  });

  test("that is static runs on the class that was asked for, inherited or not", () => {
    const named = method("named", "class", ["name"]);
    expect(memberFunction(Shape, named)({ name: "shape" }, CONTEXT)).toBe("shape in mm");
    expect(memberFunction(Square, named)({ name: "square" }, CONTEXT)).toBe("square in cm");
  });

  test("that is static is found from an instance too", () => {
    const call = memberFunction(new Square(), method("named", "class", ["name"]));
    expect(call({ name: "square" }, CONTEXT)).toBe("square in cm");
  });

  test("of an object runs on that object", () => {
    const counter = {
      count: 5,
      next() {
        this.count += 1;
        return this.count;
      },
    };
    const call = memberFunction(counter, method("next", "object"));
    expect([call({}, CONTEXT), call({}, CONTEXT)]).toEqual([6, 7]);
  });

  test("that is not there is named when it is called", () => {
    const call = memberFunction(Shape, method("volume", "instance"));
    expect(() => call({}, CONTEXT)).toThrow('There is no method "volume".');
  });

  test.each<[MethodMember["on"], unknown, string]>([
    ["instance", {}, "The export is not a class."],
    ["instance", undefined, "The export is not a class."],
    ["object", undefined, "The export is neither a class nor an object."],
    ["class", 7, "The export is neither a class nor an object."],
  ])("on the %s of %s is refused before any call", (on, exported, message) => {
    expect(() => memberFunction(exported, method("area", on))).toThrow(new TypeError(message));
  });
});

describe("the instance of a class", () => {
  test("is made once, when first needed", () => {
    class Own extends Shape {}
    const before = Shape.made;
    const area = memberFunction(Own, method("area", "instance"));
    const scale = memberFunction(Own, method("scale", "instance", []));
    expect(Shape.made).toBe(before);
    area({}, CONTEXT);
    scale({}, CONTEXT);
    expect(instanceOf(Own)).toBe(instanceOf(Own));
    expect(Shape.made).toBe(before + 1);
  });

  test("is tried again at the next call when its constructor threw", () => {
    let tries = 0;
    class Late {
      constructor() {
        tries += 1;
        if (tries < 3) throw new Error("not yet");
      }
      hello(): string {
        return "hello";
      }
    }
    const call = memberFunction(Late, method("hello", "instance"));
    expect(() => call({}, CONTEXT)).toThrow("not yet");
    expect(() => call({}, CONTEXT)).toThrow("not yet");
    expect(call({}, CONTEXT)).toBe("hello");
  });
});

describe("a tool", () => {
  const add = defineTool({
    name: "add",
    description: "Adds",
    input: NO_INPUT,
    execute: (input, { callId }) => [input, callId],
  });
  const other = defineTool({ ...add, name: "other" });

  test("that is exported itself is called with input and context", () => {
    expect(memberFunction(add, { kind: "tool" })({ a: 1 }, CONTEXT)).toEqual([{ a: 1 }, "call-1"]);
  });

  test("is found by its name in a list, a record and a module", () => {
    const member = { kind: "tool-in-collection", toolName: "add" } as const;
    for (const collection of [[other, add], { other, plus: add }]) {
      expect(memberFunction(collection, member)({}, CONTEXT)).toEqual([{}, "call-1"]);
    }
  });

  test("that is not there is named", () => {
    const member = { kind: "tool-in-collection", toolName: "subtract" } as const;
    expect(() => memberFunction([add], member)).toThrow('There is no tool "subtract"');
    expect(() => memberFunction(undefined, { kind: "tool" })).toThrow("not a tool made by");
  });

  test("is found among things that are none, without calling getters", () => {
    const record = {
      add,
      version: "1",
      get tool(): never {
        throw new Error("called");
      },
    };
    expect(toolsIn(record)).toEqual([add]);
    expect(toolsIn([add, null, { name: "fake" }, other])).toEqual([add, other]);
    expect(toolsIn(new Float64Array(3))).toEqual([]);
    expect(toolsIn("add")).toEqual([]);
  });
});

test("a parameter that is called like what every object has, and is left out, is undefined", () => {
  const parameters = ["toString", "constructor", "a"];
  const call = memberFunction(Array.of, { kind: "function", parameters });
  expect(call({ a: 1 }, CONTEXT)).toEqual([undefined, undefined, 1]);
});
