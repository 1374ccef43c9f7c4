/** The calls that every contender answers, and the check of its answers. */
import { type Operands, OPERATIONS, type OperationName } from "./tools/arithmetic.ts";

/** One tool call as an OpenAI chat model writes it. */
export interface OpenAiToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: OperationName; readonly arguments: string };
}

/** A batch of calls with the answers that are right. */
export interface Batch {
  readonly calls: readonly OpenAiToolCall[];
  readonly expected: readonly number[];
}

const NAMES = Object.keys(OPERATIONS) as OperationName[];

/** Operands are integers from 1 to this. */
const LARGEST_OPERAND = 100;

const ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 24;

/** Makes `size` calls of random operations out of `names`. The same seed gives the same batch. */
export function makeBatch(
  size: number,
  seed: number,
  names: readonly OperationName[] = NAMES,
): Batch {
  const random = seededRandom(seed);
  const upTo = (most: number): number => Math.floor(random() * most);
  const calls: OpenAiToolCall[] = [];
  const expected: number[] = [];
  for (let place = 0; place < size; place += 1) {
    const name = names[upTo(names.length)] ?? "add";
    const operands: Operands = { a: 1 + upTo(LARGEST_OPERAND), b: 1 + upTo(LARGEST_OPERAND) };
    calls.push({
      id: makeId(random),
      type: "function",
      function: { name, arguments: JSON.stringify(operands) },
    });
    expected.push(OPERATIONS[name](operands.a, operands.b));
  }
  return { calls: asReceived(calls), expected };
}

/**
 * Checks every answer, in call order.
 *
 * @throws Error that names the contender and the first call whose answer is missing or wrong.
 */
export function checkAnswers(
  contender: string,
  { calls, expected }: Batch,
  answers: readonly unknown[],
): void {
  if (answers.length !== expected.length) {
    throw new Error(`${contender} gave ${answers.length} answers to ${expected.length} calls.`);
  }
  for (const [place, answer] of answers.entries()) {
    if (answer === expected[place]) continue;
    const asked = JSON.stringify(calls[place]?.function);
    throw new Error(
      `${contender} answered ${String(answer)} to ${asked}; ${expected[place]} is right.`,
    );
  }
}

/** As a provider's answer is: read from JSON, its strings flat and nothing in it shared. */
function asReceived(calls: readonly OpenAiToolCall[]): readonly OpenAiToolCall[] {
  return JSON.parse(JSON.stringify(calls)) as OpenAiToolCall[];
}

/** As OpenAI makes them. Short ones would be treated differently: V8 keeps a table of short strings in JSON. */
function makeId(random: () => number): string {
  let id = "call_";
  for (let place = 0; place < ID_LENGTH; place += 1) {
    id += ID_CHARACTERS[Math.floor(random() * ID_CHARACTERS.length)];
  }
  return id;
}

/** Uniform in [0, 1): Marsaglia's xorshift on 32 bits. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
