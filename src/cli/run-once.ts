/** One run of a file's calls in one mode. */
import type { RegistryStats } from "../core/registry-stats.ts";
import type { CallOptions, ToolCall } from "../core/tool-call.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode } from "../core/tool.ts";
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import { SystemClock } from "../time/clock.ts";
import type { CliIo } from "./cli-io.ts";
import { Interruption } from "./interruption.ts";
import { showProgress } from "./live-progress.ts";
import { type LimitReport, LimitWatch } from "./limit-watch.ts";
import type { RunSummary } from "./mode-table.ts";
import { RunLog } from "./run-log.ts";
import type { Bar } from "./timeline/bar.ts";

/** What is to be run. */
export interface RunRequest {
  readonly calls: readonly ToolCall[];
  /** The mode this run was asked for; told to people. */
  readonly mode: ExecutionMode;
  /** How they are to be run. */
  readonly options: CallOptions;
  /** Whether results are written while calls run: then progress on the same terminal would tear them. */
  readonly writesMeanwhile: boolean;
  /** Whether limits are watched. */
  readonly explains: boolean;
  /** Makes the registry, unless the signal aborts; `print` is where what its workers print must go. */
  readonly openRegistry: (
    print: (text: string) => void,
    signal: AbortSignal,
  ) => Promise<ToolRegistry>;
  /** Called with each result as it comes. */
  readonly onResult: (result: ToolResult, index: number) => void;
  /** Called with what there is when the program must end at once. */
  readonly onCutOff: (run: FinishedRun) => void;
}

/** What came of it. */
export interface FinishedRun extends RunSummary {
  readonly bars: readonly Bar[];
  /** As it stood before the workers were let go; undefined when the run was cut off. */
  readonly stats: RegistryStats | undefined;
  /** What its limits did; undefined when they were not watched. */
  readonly limits: LimitReport | undefined;
  /** The exit code of an interruption; undefined when nothing interrupted the run. */
  readonly interruptedWith: number | undefined;
}

/** Runs the calls and lets go of the registry. On a terminal its progress is shown meanwhile. */
export async function runOnce(request: RunRequest, io: CliIo): Promise<FinishedRun> {
  const { calls, mode, options } = request;
  const log = new RunLog(calls.length, request.onResult);
  const isTaken = request.writesMeanwhile && io.stdout.isTTY === true;
  const progress = await showProgress(io, mode, isTaken ? undefined : log);
  let registry: ToolRegistry | undefined;
  let stats: RegistryStats | undefined;
  let watch: LimitWatch | undefined;
  let limits: LimitReport | undefined;
  const finished = (): FinishedRun => ({
    ...finish(mode, log, interruption.exitCode),
    stats,
    limits,
  });
  const interruption = new Interruption(io, {
    say: progress.print,
    onKill: () => {
      progress.stop();
      limits = watch?.end();
      void registry?.destroy();
      request.onCutOff(finished());
    },
  });
  const stopRedirecting = io.redirectPrints(progress.print);
  try {
    registry = await request.openRegistry(progress.print, interruption.signal);
    registry.on("*", log.hear);
    if (request.explains) watch = watchLimits(registry);
    await registry.executeToolCalls(calls, { ...options, signal: interruption.signal });
    stats = registry.stats();
    limits = watch?.end();
    await letGo(registry, interruption);
    return finished();
  } catch (thrown) {
    // Interrupted before any call was made.
    if (thrown !== interruption.signal.reason) throw thrown;
    return finished();
  } finally {
    progress.stop();
    stopRedirecting();
    interruption.close();
  }
}

function watchLimits(registry: ToolRegistry): LimitWatch {
  const watch = new LimitWatch(new SystemClock(), () => registry.stats().limits);
  registry.on("*", watch.hear);
  return watch;
}

/** Workers that ended their work get to say their last words; interrupted ones do not. */
function letGo(registry: ToolRegistry, interruption: Interruption): Promise<void> {
  return interruption.exitCode === undefined ? registry.close() : registry.destroy();
}

function finish(
  mode: ExecutionMode,
  log: RunLog,
  interruptedWith: number | undefined,
): Omit<FinishedRun, "stats" | "limits"> {
  return {
    mode,
    wallMs: log.wallMs,
    firstStartMs: log.firstStartMs,
    results: log.results.filter((result) => result !== undefined),
    bars: log.bars,
    interruptedWith,
  };
}
