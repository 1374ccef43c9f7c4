/** Shows on a terminal who runs at the moment, in place of who ran before. */
export function showTurn(turn: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${turn}`);
}
