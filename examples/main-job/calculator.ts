/** Maths as a class: the methods described in `tools` are what a model may call. */
import { describeMethods, type MethodDescriptions } from "../../src/tool.ts";

const twoNumbers = {
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
} as const;

export class Calculator {
  static readonly tools: MethodDescriptions = describeMethods({
    add: { description: "a + b", input: twoNumbers, parameters: ["a", "b"] },
    multiply: { description: "a times b", input: twoNumbers, parameters: ["a", "b"] },
    divide: { description: "a divided by b", input: twoNumbers, parameters: ["a", "b"] },
    mean: {
      description: "The mean of some numbers",
      input: {
        type: "object",
        properties: { values: { type: "array", items: { type: "number" }, minItems: 1 } },
        required: ["values"],
      },
      parameters: ["values"],
    },
  });

  add(a: number, b: number): number {
    return a + b;
  }

  multiply(a: number, b: number): number {
    return a * b;
  }

  divide(a: number, b: number): number {
    if (b === 0) throw new RangeError("division by zero");
    return a / b;
  }

  mean(values: readonly number[]): number {
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }
}
