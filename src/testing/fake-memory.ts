/** A tool that holds memory while it runs. */
import { type Tool, type ToolContext, defineTool } from "../core/tool.ts";
import { type Clock, SystemClock } from "../time/clock.ts";
import { waitOn } from "./fake-wait.ts";

/** Settings of {@link fakeMemoryHog}. */
export interface FakeMemoryHogOptions {
  /** Default `memory_hog`. */
  readonly name?: string | undefined;
  /** Bytes that each run holds. Default 8 MiB. */
  readonly bytes?: number | undefined;
  /** Milliseconds it holds them. Default 10. */
  readonly holdMs?: number | undefined;
  /** Where it waits. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** A tool that holds memory, and how much it held. */
export interface FakeMemoryHog {
  /** What to register. It takes any object as its input. */
  readonly tool: Tool;
  /** Bytes held by the runs of this moment. */
  readonly heldBytes: number;
  /** Most bytes ever held at once. */
  readonly mostHeldBytes: number;
}

const EIGHT_MIB = 8 * 1024 * 1024;

/** A tool that allocates memory, writes to all of it, and lets go of it after a while. */
export function fakeMemoryHog(options: FakeMemoryHogOptions = {}): FakeMemoryHog {
  const { name = "memory_hog", bytes = EIGHT_MIB, holdMs = 10 } = options;
  const clock = options.clock ?? new SystemClock();
  const held = { heldBytes: 0, mostHeldBytes: 0 };
  const tool = defineTool({
    name,
    description: "Holds memory for a while.",
    input: { type: "object" } as const,
    execute: async (_input: unknown, { signal }: ToolContext) => {
      const memory = new Uint8Array(bytes).fill(1);
      held.heldBytes += memory.byteLength;
      held.mostHeldBytes = Math.max(held.mostHeldBytes, held.heldBytes);
      try {
        await waitOn(clock, holdMs, signal);
        return memory.byteLength;
      } finally {
        held.heldBytes -= memory.byteLength;
      }
    },
  });
  return Object.assign(held, { tool });
}
