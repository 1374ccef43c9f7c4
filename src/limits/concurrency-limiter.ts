/**
 * Caps how many attempts run at once, over all tools and per tool.
 *
 * An attempt takes its place under both caps together or waits holding neither, so a tool at its own
 * cap keeps no place from other tools. Among those that could run, the smallest priority runs first,
 * then the one that came first.
 */
import { ToolError } from "../core/tool-error.ts";
import { DEFAULT_CONCURRENCY, type LimitsOptions, checkLimits } from "./limit-options.ts";
import type { AdmissionRequest, Limiter, Permit } from "./limiter.ts";
import { type InLine, WaitingLine } from "./waiting-line.ts";

/** The scope that holds every call. */
const EVERYTHING = "*";

const nothing = (): void => {};

interface Scope {
  readonly name: string;
  readonly concurrency: number;
  readonly maxQueued: number;
  readonly line: WaitingLine<Waiter>;
  running: number;
}

interface Waiter extends InLine {
  readonly order: number;
  readonly admit: (permit: Permit) => void;
  readonly refuse: (error: ToolError) => void;
}

/** A {@link Limiter} with a cap for everything and caps for single tools. */
export class ConcurrencyLimiter implements Limiter {
  readonly #everything: Scope;
  readonly #tools = new Map<string, Scope>();
  readonly #limits: LimitsOptions;
  /** Scopes somebody waits in. */
  readonly #crowded = new Set<Scope>();
  #waiting = 0;
  #arrivals = 0;
  #closed: ToolError | undefined;

  /** @throws TypeError when a limit is out of range. */
  constructor(limits: LimitsOptions = {}) {
    checkLimits(limits);
    this.#limits = limits;
    const { concurrency = DEFAULT_CONCURRENCY, ...others } = limits[EVERYTHING] ?? {};
    this.#everything = makeScope(EVERYTHING, { concurrency, ...others });
  }

  acquire(request: AdmissionRequest): Permit | Promise<Permit> {
    if (this.#closed !== undefined) throw this.#closed;
    const tool = this.#scopeOf(request.toolName);
    if (this.#waiting === 0 || tool.line.size === 0) {
      if (hasRoom(this.#everything) && hasRoom(tool)) return this.#admit(tool);
    }
    return this.#wait(request, tool);
  }

  close(reason: ToolError): void {
    this.#closed = reason;
    for (const scope of this.#crowded) {
      for (const waiter of scope.line.all()) waiter.refuse(reason);
    }
  }

  #wait(request: AdmissionRequest, tool: Scope): Promise<Permit> {
    const holder = hasRoom(tool) ? this.#everything : tool;
    this.#checkQueue(holder);
    this.#checkQueue(this.#everything);
    return new Promise((resolve, reject) => {
      let stopWatching = nothing;
      const leave = (): void => {
        stopWatching();
        this.#leave(waiter, tool);
      };
      const waiter: Waiter = {
        priority: request.priority,
        hasLeft: false,
        order: (this.#arrivals += 1),
        admit: (permit) => {
          leave();
          resolve(permit);
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      tool.line.add(waiter);
      this.#crowded.add(tool);
      this.#waiting += 1;
      stopWatching = request.deadline.onEnd(waiter.refuse);
      // Last: whoever hears of it may cancel the call, or close this limiter.
      if (!waiter.hasLeft) request.onWait(holder.name);
    });
  }

  #checkQueue(scope: Scope): void {
    const queued = scope === this.#everything ? this.#waiting : scope.line.size;
    if (queued >= scope.maxQueued) throw queueFull(scope, queued);
  }

  #leave(waiter: Waiter, tool: Scope): void {
    const before = tool.line.size;
    tool.line.remove(waiter);
    this.#waiting -= before - tool.line.size;
    if (tool.line.size === 0) this.#crowded.delete(tool);
  }

  #admit(tool: Scope): Permit {
    this.#everything.running += 1;
    tool.running += 1;
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        this.#everything.running -= 1;
        tool.running -= 1;
        this.#wakeNext();
      },
    };
  }

  /** A release frees one place under each cap, so at most one waiter can start for it. */
  #wakeNext(): void {
    if (this.#waiting === 0 || !hasRoom(this.#everything)) return;
    let next: Waiter | undefined;
    let nextTool: Scope | undefined;
    for (const tool of this.#crowded) {
      const candidate = hasRoom(tool) ? tool.line.first() : undefined;
      if (candidate === undefined || (next !== undefined && !runsBefore(candidate, next))) continue;
      next = candidate;
      nextTool = tool;
    }
    if (next !== undefined && nextTool !== undefined) next.admit(this.#admit(nextTool));
  }

  #scopeOf(toolName: string): Scope {
    let scope = this.#tools.get(toolName);
    if (scope === undefined) {
      scope = makeScope(toolName, toolName === EVERYTHING ? {} : (this.#limits[toolName] ?? {}));
      this.#tools.set(toolName, scope);
    }
    return scope;
  }
}

function makeScope(name: string, { concurrency, queue }: LimitsOptions[string]): Scope {
  return {
    name,
    concurrency: concurrency ?? Infinity,
    maxQueued: queue?.max ?? Infinity,
    line: new WaitingLine(),
    running: 0,
  };
}

function hasRoom(scope: Scope): boolean {
  return scope.running < scope.concurrency;
}

function runsBefore(left: Waiter, right: Waiter): boolean {
  const byPriority = left.priority - right.priority;
  return byPriority === 0 ? left.order < right.order : byPriority < 0;
}

function queueFull(scope: Scope, queued: number): ToolError {
  const what = scope.name === EVERYTHING ? "calls" : `calls of ${scope.name}`;
  return new ToolError(
    "QUEUE_FULL",
    `${queued} ${what} wait already; the limit is ${scope.maxQueued}.`,
    {
      details: { limit: scope.name, maxQueued: scope.maxQueued },
    },
  );
}
