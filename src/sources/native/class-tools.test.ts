import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Tool, ToolContext } from "../../core/tool.ts";
import { classTools } from "./class-tools.ts";
import { describeMethods, type MethodDescriptions } from "./describe-methods.ts";

const NO_INPUT = { type: "object" } as const;
const CONTEXT = { callId: "call-1" } as ToolContext;
const PAIR = z.object({ a: z.number(), b: z.number() });

class Arithmetic {
  static readonly tools: MethodDescriptions = describeMethods({
    add: { description: "Adds", input: PAIR, parameters: ["a", "b"] },
    parse: { description: "Reads a number", input: z.object({ text: z.string() }) },
  });

  static parse({ text }: { text: string }, { callId }: ToolContext): string {
    return `${this.name} ${Number(text)} ${callId}`;
  }

  add(a: number, b: number): number {
    return a + b;
  }

  secret(): string {
    return "not described";
  }
}

class Calculator extends Arithmetic {
  static override readonly tools: MethodDescriptions = describeMethods({
    multiply: { description: "Multiplies", input: PAIR, parameters: ["a", "b"] },
    total: { description: "What was added up", input: NO_INPUT },
  });
  #total: number;

  constructor(start = 0) {
    super();
    this.#total = start;
  }

  override add(a: number, b: number): number {
    this.#total += super.add(a, b);
    return this.#total;
  }

  multiply(a: number, b: number): number {
    return a * b;
  }

  total(): number {
    return this.#total;
  }
}

function call(tools: readonly Tool[], name: string, input: unknown = {}): unknown {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name} among ${namesOf(tools).join()}`);
  return tool.execute(input as never, CONTEXT);
}

function namesOf(tools: readonly Tool[]): string[] {
  return tools.map((tool) => tool.name);
}

/** A described method without input. */
function described(more: object = {}): { add: never } {
  return { add: { description: "Adds", input: NO_INPUT, ...more } as never };
}

describe("a class", () => {
  test("gives its own described methods, those it inherits and static ones, and no others", () => {
    const tools = classTools(Calculator);
    expect(namesOf(tools).toSorted()).toEqual(["add", "multiply", "parse", "total"]);
    expect(call(tools, "multiply", { a: 6, b: 7 })).toBe(42);
    expect(call(tools, "parse", { text: "7" })).toBe("Calculator 7 call-1");
  });

  test("runs overridden methods as its own, on one instance for all of its tools", () => {
    class Own extends Calculator {}
    const [first, second] = [classTools(Own), classTools(Own)];
    expect(call(first, "add", { a: 1, b: 2 })).toBe(3);
    expect(call(second, "add", { a: 1, b: 2 })).toBe(6);
    expect(call(first, "total")).toBe(6);
  });

  test("is not instantiated, and none of its getters called, before the first call", () => {
    const seen: string[] = [];
    class Lazy {
      static get expensive(): never {
        throw new Error("static getter called");
      }
      constructor() {
        seen.push("made");
      }
      get connection(): never {
        throw new Error("getter called");
      }
      add(): string {
        return "added";
      }
    }
    const tools = classTools(Lazy, { methods: described() });
    expect(() => classTools(Lazy, { methods: described({ method: "nothing" }) })).toThrow(
      "Its methods: add.",
    );
    expect(seen).toEqual([]);
    expect([call(tools, "add"), call(tools, "add")]).toEqual(["added", "added"]);
    expect(seen).toEqual(["made"]);
  });

  test("whose constructor throws fails the call and not the registration", () => {
    class Broken {
      constructor() {
        throw new Error("no database");
      }
      add(): void {}
    }
    const tools = classTools(Broken, { methods: described() });
    expect(() => call(tools, "add")).toThrow("no database");
  });

  test("takes the description nearest to it: the option's, its own, an inherited one", () => {
    class Child extends Arithmetic {
      static override readonly tools = describeMethods({
        add: { description: "Adds better", input: PAIR, parameters: ["b", "a"] },
      });
    }
    expect(classTools(Arithmetic)).toContainEqual(expect.objectContaining({ description: "Adds" }));
    expect(classTools(Child)).toContainEqual(
      expect.objectContaining({ name: "add", description: "Adds better" }),
    );
    expect(classTools(Child, { methods: described({ description: "Adds best" }) })).toContainEqual(
      expect.objectContaining({ name: "add", description: "Adds best" }),
    );
    expect(namesOf(classTools(Child)).toSorted()).toEqual(["add", "parse"]);
  });

  test("may have a tool under another name than its method", () => {
    const methods = describeMethods({
      plus: { description: "Adds", input: PAIR, parameters: ["a", "b"], method: "add" },
    });
    class Plain {
      add(a: number, b: number): number {
        return a + b;
      }
    }
    const tools = classTools(Plain, { methods });
    expect(namesOf(tools)).toEqual(["plus"]);
    expect(call(tools, "plus", { a: 1, b: 2 })).toBe(3);
  });
});

describe("a method that is there twice", () => {
  class Both {
    static add(): string {
      return "static";
    }
    add(): string {
      return "instance";
    }
  }

  test.each([
    [undefined, "instance"],
    [false, "instance"],
    [true, "static"],
  ])("with `static: %s` is the one of the %s", (wanted, expected) => {
    const methods = described(wanted === undefined ? {} : { static: wanted });
    expect(call(classTools(Both, { methods }), "add")).toBe(expected);
    expect(call(classTools(new Both(), { methods }), "add")).toBe(expected);
  });
});

describe("an object", () => {
  test("runs methods on itself, with the descriptions of its class", () => {
    const calculator = new Calculator(100);
    const tools = classTools(calculator);
    expect(call(tools, "add", { a: 1, b: 2 })).toBe(103);
    expect(calculator.total()).toBe(103);
    expect(call(tools, "parse", { text: "7" })).toBe("Calculator 7 call-1");
  });

  test("may be a plain one, or have functions in its fields", () => {
    const plain = { factor: 2, add: (): string => "arrow" };
    expect(call(classTools(plain, { methods: described() }), "add")).toBe("arrow");
    class Field {
      add = (): string => "field";
    }
    expect(call(classTools(new Field(), { methods: described() }), "add")).toBe("field");
    const bare = Object.assign(Object.create(null) as object, plain);
    expect(call(classTools(bare, { methods: described() }), "add")).toBe("arrow");
  });
});

describe("settings", () => {
  test("of a description are the tool's, and the source's are put to them", () => {
    const output = z.number();
    const annotations = { readOnly: true };
    const methods = described({ output, annotations, timeoutMs: 5, tags: ["own"], retry: {} });
    class Plain {
      add(): number {
        return 1;
      }
    }
    const [tool] = classTools(Plain, { methods, mode: "async", tags: ["all"], timeoutMs: 9 });
    expect(tool).toMatchObject({
      name: "add",
      output,
      annotations,
      timeoutMs: 5,
      tags: ["own", "all"],
      mode: "async",
      origin: { kind: "closure" },
    });
    expect(tool).not.toHaveProperty("parameters");
  });
});

describe("what is wrong is said, with the class and the tool:", () => {
  class Plain {
    static make(): Plain {
      return new Plain();
    }
    get total(): never {
      throw new Error("called");
    }
    add(): void {}
  }

  class Lister {
    static *all(): Generator<number> {
      yield 1;
    }
    later = async function* (): AsyncGenerator<number> {
      yield 1;
    };
    async *list(): AsyncGenerator<number> {
      yield 1;
    }
  }

  test.each<[string, unknown, Record<string, object>, string]>([
    ["nothing described", Plain, {}, "Plain describes no methods."],
    ["nothing described", {}, {}, "The object describes no methods."],
    ["a generator", Lister, { list: {} }, 'Lister: "list" is a generator, and a tool gives one'],
    ["a static one", Lister, { all: {} }, 'Lister: "all" is a generator'],
    ["a field that is one", new Lister(), { later: {} }, 'Lister object: "later" is a generator'],
    ["no such method", Plain, { ad: {} }, 'Plain: there is no method "ad" to describe.'],
    ["no such method", Plain, { ad: {} }, "Its methods: add, static make. Functions kept in"],
    ["no such method", new Plain(), { ad: {} }, 'The Plain object: there is no method "ad"'],
    ["a getter", Plain, { total: {} }, 'Plain: "total" is a getter and not a method.'],
    ["the constructor", Plain, { constructor: {} }, 'Plain: there is no method "constructor"'],
    ["what every object has", Plain, { toString: {} }, 'there is no method "toString"'],
    ["what every function has", Plain, { call: {} }, 'there is no method "call"'],
    ["no static method", Plain, { add: { static: true } }, 'there is no method "add"'],
    ["only a static method", Plain, { make: { static: false } }, 'there is no method "make"'],
    ["a misspelt field", Plain, { add: { paramters: [] } }, '"add": `paramters` is unknown'],
    ["no list", Plain, { add: { parameters: "a" } }, "`parameters` must be a list of names"],
    ["no schema", Plain, { add: { input: "a" } }, 'Tool "add": `input` must be'],
    ["no class", null, {}, "not from null"],
    ["no class", "Plain", {}, "not from string"],
  ])("%s", (_, target, methods, message) => {
    const complete = Object.fromEntries(
      Object.entries(methods).map(([name, more]) => [name, described(more).add]),
    );
    const act = (): unknown => classTools(target as object, { methods: complete });
    expect(act).toThrow(TypeError);
    expect(act).toThrow(message);
  });

  test("no description at all", () => {
    const methods = { add: "Adds" } as unknown as MethodDescriptions;
    expect(() => classTools(Plain, { methods })).toThrow(
      'Plain, tool "add": a description must be an object',
    );
  });

  test("a static `tools` of another kind describes nothing", () => {
    class Shed {
      static readonly tools: readonly string[] = ["hammer"];
      add(): void {}
    }
    class Getter {
      static get tools(): never {
        throw new Error("called");
      }
      add(): void {}
    }
    expect(() => classTools(Shed)).toThrow("Shed describes no methods");
    expect(() => classTools(Getter)).toThrow("Getter describes no methods");
  });
});
