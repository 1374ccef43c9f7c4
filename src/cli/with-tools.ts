/** Commands that look at tools and run none. */
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import type { SourceFlags } from "./cli-options.ts";
import type { CliSession } from "./cli-session.ts";
import { Interruption } from "./interruption.ts";
import { openTools, printTo } from "./open-tools.ts";

/** Opens the tools that flags name, looks at them, and lets go of them. Ctrl-C ends what was started. */
export async function withTools(
  flags: SourceFlags,
  session: CliSession,
  look: (registry: ToolRegistry) => void,
): Promise<void> {
  const tools = await openTools(flags, session.io);
  await unlessInterrupted(session, async (signal) => {
    await using registry = await tools.open({}, printTo(session.io), signal);
    look(registry);
  });
}

/**
 * Runs what a signal gives up; the exit code is that of the interruption then. A second Ctrl-C ends the program, and
 * with it what it has started.
 */
export async function unlessInterrupted(
  session: CliSession,
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { io } = session;
  const interruption = new Interruption(io, { say: printTo(io), onKill: () => {} });
  try {
    await run(interruption.signal);
  } catch (thrown) {
    if (thrown !== interruption.signal.reason) throw thrown;
  } finally {
    interruption.close();
    session.exitCode = interruption.exitCode ?? session.exitCode;
  }
}
