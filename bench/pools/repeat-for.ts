/** Measures again until `forMs` milliseconds are over, but at least `least` times, so that nobody is judged by a blink. */
export async function repeatFor(
  forMs: number,
  least: number,
  measure: () => Promise<number>,
): Promise<number[]> {
  const until = performance.now() + forMs;
  const values: number[] = [];
  while (values.length < least || performance.now() < until) values.push(await measure());
  return values;
}
