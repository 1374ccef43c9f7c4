import type { PoolStats } from "../../core/registry-stats.ts";
import type { ToolError } from "../../core/tool-error.ts";
import type { Tool } from "../../core/tool.ts";
import type { Attempt, AttemptOutcome, Executor } from "../executor.ts";
import { refusalOf } from "../pool/refusal.ts";
import { LeveledPools } from "../pool/leveled-pools.ts";
import type { PoolSurroundings } from "../pool/worker-pool.ts";
import { type GrantedRights, grantRights, rightsKey } from "./granted-rights.ts";
import { canWithholdNetwork, hasPermissionFlag } from "./permission-flags.ts";
import { type ProcessParts, ProcessTransport } from "./process-transport.ts";

/**
 * The executor of mode `process`: pools of child processes. A crash, an abort, running out of memory
 * or a loop without end costs one call, never the program.
 *
 * Tools with `permissions` run in a pool of their own for each set of rights, made at its first call: no worker ever
 * runs a tool that has other rights. All pools have the same settings, so each may have `max` workers.
 */
export function createProcessExecutor(
  parts: Omit<ProcessParts, "rights"> & PoolSurroundings,
): Executor {
  return new ProcessExecutor(parts);
}

/** The pool of one set of rights. */
interface RightsPool {
  readonly rights: GrantedRights | undefined;
  readonly pool: LeveledPools;
}

class ProcessExecutor implements Executor {
  readonly mode = "process";
  readonly #parts: Omit<ProcessParts, "rights"> & PoolSurroundings;
  /** The pool of those with all rights, made at once: it may have workers to keep ready. */
  readonly #unlimited: RightsPool;
  readonly #limited = new Map<string, RightsPool>();
  /** Rights, as they were when the tool was registered. */
  readonly #rights = new WeakMap<Tool, GrantedRights>();

  constructor(parts: Omit<ProcessParts, "rights"> & PoolSurroundings) {
    this.#parts = parts;
    this.#unlimited = this.#makePool(undefined);
  }

  /** @throws TypeError when this Node, or a setting of the pool, cannot hold the tool to its permissions. */
  refuses(tool: Tool): ToolError | undefined {
    const refusal = refusalOf(tool, this.mode);
    if (refusal === undefined && tool.permissions !== undefined) this.#rightsOf(tool);
    return refusal;
  }

  execute(attempt: Attempt): AttemptOutcome | Promise<AttemptOutcome> {
    return this.#poolFor(attempt.tool).execute(attempt);
  }

  stats(): readonly PoolStats[] {
    return this.#pools().flatMap(({ rights: permissions, pool }) =>
      permissions === undefined ? pool.stats() : pool.stats().map(heldTo(permissions)),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools().map(({ pool }) => pool.close()));
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#pools().map(({ pool }) => pool.destroy()));
  }

  #pools(): readonly RightsPool[] {
    return [this.#unlimited, ...this.#limited.values()];
  }

  #poolFor(tool: Tool): LeveledPools {
    if (tool.permissions === undefined) return this.#unlimited.pool;
    const rights = this.#rightsOf(tool);
    const key = rightsKey(rights);
    const known = this.#limited.get(key) ?? this.#makePool(rights);
    this.#limited.set(key, known);
    return known.pool;
  }

  #makePool(rights: GrantedRights | undefined): RightsPool {
    const { options, clock } = this.#parts;
    const tell = this.#parts.emit;
    const emit: typeof tell =
      rights === undefined ? tell : (event) => tell?.({ ...event, permissions: rights });
    const open = (listener: ConstructorParameters<typeof ProcessTransport>[1]): ProcessTransport =>
      new ProcessTransport({ ...this.#parts, rights }, listener);
    return { rights, pool: new LeveledPools({ mode: this.mode, options, clock, emit, open }) };
  }

  #rightsOf(tool: Tool): GrantedRights {
    const known = this.#rights.get(tool);
    if (known !== undefined) return known;
    const { permissions = {}, origin } = tool;
    if (origin?.kind !== "module") {
      throw new TypeError(
        `Tool "${tool.name}" has \`permissions\`, and only a module's tool can be held to them.`,
      );
    }
    this.#checkEnforceable(tool);
    const rights = grantRights(permissions, origin.url);
    this.#rights.set(tool, rights);
    return rights;
  }

  #checkEnforceable({ name, permissions }: Tool): void {
    if (permissions?.net === false && !canWithholdNetwork()) {
      throw new TypeError(
        `Tool "${name}": \`permissions.net\` is false, and Node ${process.versions.node} cannot withhold the ` +
          "network. Run Node 25 or newer, or leave `net` out and shut the network off from outside (a container, " +
          "a network namespace).",
      );
    }
    if (hasPermissionFlag(this.#parts.options.env["NODE_OPTIONS"])) {
      throw new TypeError(
        `Tool "${name}" has \`permissions\`, and NODE_OPTIONS in \`pools.process.env\` would change them. ` +
          "Take --permission and --allow-* out of it.",
      );
    }
  }
}

function heldTo(permissions: GrantedRights): (stats: PoolStats) => PoolStats {
  return (stats) => ({ ...stats, permissions });
}
