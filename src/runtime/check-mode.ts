import { EXECUTION_MODES, type ExecutionMode } from "../core/tool.ts";

/**
 * Checks that `mode` is one there is.
 *
 * @throws TypeError that names the known ones.
 */
export function checkMode(mode: ExecutionMode): void {
  if (EXECUTION_MODES.includes(mode)) return;
  throw new TypeError(`Mode "${mode}" is unknown; known: ${EXECUTION_MODES.join(", ")}.`);
}
