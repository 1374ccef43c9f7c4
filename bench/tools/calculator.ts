/** The four arithmetic tools as methods of a class. What they promise (`readOnly`) is said where they are registered. */
import type { MethodDescription } from "../../src/tool.ts";
import { PAIR } from "./pair-schema.ts";

const parameters = ["a", "b"];

export class Calculator {
  static readonly tools: Readonly<Record<string, MethodDescription>> = {
    add: { description: "add two numbers", input: PAIR, parameters },
    subtract: { description: "subtract two numbers", input: PAIR, parameters },
    multiply: { description: "multiply two numbers", input: PAIR, parameters },
    divide: { description: "divide two numbers", input: PAIR, parameters },
  };

  add(a: number, b: number): number {
    return a + b;
  }

  subtract(a: number, b: number): number {
    return a - b;
  }

  multiply(a: number, b: number): number {
    return a * b;
  }

  divide(a: number, b: number): number {
    return a / b;
  }
}
