/** Where calls can run. */

/** Every execution mode, in the order they are shown. */
export const EXECUTION_MODES = ["auto", "async", "thread", "process"] as const;

/**
 * Where a call runs: `async` on the event loop, `thread` in a worker thread, `process` in a child
 * process. `auto` follows the tool's origin: closures run `async`, module tools in `process`.
 */
export type ExecutionMode = (typeof EXECUTION_MODES)[number];

/** A mode that names a place: what `auto` resolves to. */
export type ConcreteMode = Exclude<ExecutionMode, "auto">;
