/** What the tools of the pool benchmark do; every contender's workers run these functions. */

/** What {@link WORK} takes, by name. */
export interface WorkInputs {
  readonly add: { readonly a: number; readonly b: number };
  readonly echo: { readonly value: unknown };
  readonly spin: { readonly ms: number };
  readonly block: { readonly ms: number };
  readonly pause: { readonly ms: number };
  readonly multiplyAndWait: { readonly seed: number };
  readonly sumRoots: { readonly from: number; readonly count: number };
  readonly identify: { readonly ms: number };
}

/** The name of a kind of work. */
export type WorkName = keyof WorkInputs;

/** One piece of work, as it is sent to a peer's worker. */
export interface WorkTask<Name extends WorkName = WorkName> {
  readonly name: Name;
  readonly input: WorkInputs[Name];
}

/** Rows and columns of the matrices of `multiplyAndWait`. */
const MATRIX_SIZE = 100;

/** What `multiplyAndWait` waits after its product, in milliseconds. */
const WAIT_AFTER_PRODUCT_MS = 1;

/** The work itself, by name. */
export const WORK: { readonly [Name in WorkName]: (input: WorkInputs[Name]) => unknown } = {
  add: ({ a, b }) => a + b,
  echo: ({ value }) => value,
  spin: ({ ms }) => spin(ms),
  block: ({ ms }) => block(ms),
  pause: ({ ms }) =>
    new Promise<number>((resolve) => {
      setTimeout(resolve, ms, ms);
    }),
  multiplyAndWait: ({ seed }) => {
    const product = traceOfSquare(seed);
    block(WAIT_AFTER_PRODUCT_MS);
    return product;
  },
  sumRoots: ({ from, count }) => sumRoots(from, count),
  identify: ({ ms }) => {
    block(ms);
    return process.pid;
  },
};

/** Runs a piece of work here. */
export function doWork<Name extends WorkName>({ name, input }: WorkTask<Name>): unknown {
  return WORK[name](input);
}

/** The square roots of `count` numbers from `from` on, added up. */
export function sumRoots(from: number, count: number): number {
  let sum = 0;
  for (let number = from; number < from + count; number += 1) sum += Math.sqrt(number);
  return sum;
}

/** Multiplies a matrix made from `seed` with itself; the sum of the product's diagonal, to check it by. */
export function traceOfSquare(seed: number): number {
  const matrix = Float64Array.from(
    { length: MATRIX_SIZE ** 2 },
    (_, place) => ((place + seed) * 31) % 17,
  );
  const product = new Float64Array(MATRIX_SIZE ** 2);
  for (let row = 0; row < MATRIX_SIZE; row += 1) {
    for (let inner = 0; inner < MATRIX_SIZE; inner += 1) {
      const factor = matrix[row * MATRIX_SIZE + inner] ?? 0;
      for (let column = 0; column < MATRIX_SIZE; column += 1) {
        const place = row * MATRIX_SIZE + column;
        product[place] =
          (product[place] ?? 0) + factor * (matrix[inner * MATRIX_SIZE + column] ?? 0);
      }
    }
  }
  let trace = 0;
  for (let row = 0; row < MATRIX_SIZE; row += 1) trace += product[row * (MATRIX_SIZE + 1)] ?? 0;
  return trace;
}

/** Keeps a core busy. Answers how many milliseconds it did. */
function spin(ms: number): number {
  const startedAt = performance.now();
  while (performance.now() - startedAt < ms);
  return performance.now() - startedAt;
}

/** Holds the thread without using a core, as a synchronous read does. Answers how many milliseconds it did. */
function block(ms: number): number {
  const startedAt = performance.now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, ms);
  return performance.now() - startedAt;
}
