/**
 * Caps how many attempts run at once, over all tools and per tool.
 *
 * An attempt takes its place under both caps together or waits holding neither, so a tool at its own
 * cap keeps no place from other tools. Among those that could run, the smallest priority runs first,
 * then the one that came first.
 */
import type { LimitStats } from "../core/limit-stats.ts";
import { ToolError } from "../core/tool-error.ts";
import type { Deadline, DeadlineFollower } from "../time/deadline.ts";
import { DEFAULT_CONCURRENCY, type LimitOptions, type LimitsOptions } from "./limit-options.ts";
import type { AdmissionRequest, Limiter, Permit } from "./limiter.ts";
import { type InLine, WaitingLine } from "./waiting-line.ts";

/** The scope that holds every call. */
const EVERYTHING = "*";

interface Scope {
  readonly name: string;
  readonly concurrency: number;
  readonly maxQueued: number;
  readonly line: WaitingLine<Waiter>;
  running: number;
}

/** A request that waits. Thousands do, so it is small, and has no functions of its own but its promise's. */
class Waiter implements InLine, DeadlineFollower {
  readonly priority: number;
  readonly order: number;
  readonly scope: Scope;
  readonly deadline: Deadline;
  readonly settle: Settle;
  hasLeft = false;

  constructor(
    scope: Scope,
    order: number,
    { priority, deadline }: AdmissionRequest,
    settle: Settle,
  ) {
    this.scope = scope;
    this.order = order;
    this.priority = priority;
    this.deadline = deadline;
    this.settle = settle;
  }

  end(reason: ToolError): void {
    this.settle.refuse(this, reason);
  }
}

interface Settle {
  readonly resolve: (permit: Permit) => void;
  readonly reject: (error: ToolError) => void;
  readonly refuse: (waiter: Waiter, reason: ToolError) => void;
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
    this.#limits = limits;
    const { concurrency = DEFAULT_CONCURRENCY, ...others } = limits[EVERYTHING] ?? {};
    this.#everything = makeScope(EVERYTHING, { concurrency, ...others });
  }

  acquire(request: AdmissionRequest): Permit | Promise<Permit> {
    if (this.#closed !== undefined) throw this.#closed;
    const tool = this.#scopeOf(request.tool.name);
    if (this.#waiting === 0 || tool.line.size === 0) {
      if (hasRoom(this.#everything) && hasRoom(tool)) return this.#admit(tool);
    }
    return this.#wait(request, tool);
  }

  change(): void {
    throw new TypeError("These limits do not change.");
  }

  stats(): readonly LimitStats[] {
    return [];
  }

  close(reason: ToolError): void {
    this.#closed = reason;
    for (const scope of this.#crowded) {
      for (const waiter of scope.line.all()) this.#refuse(waiter, reason);
    }
  }

  #wait(request: AdmissionRequest, tool: Scope): Promise<Permit> {
    const holder = hasRoom(tool) ? this.#everything : tool;
    this.#checkQueue(holder);
    this.#checkQueue(this.#everything);
    return new Promise((resolve, reject) => {
      const settle = { resolve, reject, refuse: this.#refuse };
      const waiter = new Waiter(tool, (this.#arrivals += 1), request, settle);
      tool.line.add(waiter);
      this.#crowded.add(tool);
      this.#waiting += 1;
      request.deadline.follow(waiter);
      // Last: whoever hears of it may cancel the call, or close this limiter.
      if (!waiter.hasLeft) request.onWait(holder.name);
    });
  }

  #checkQueue(scope: Scope): void {
    const queued = scope === this.#everything ? this.#waiting : scope.line.size;
    if (queued >= scope.maxQueued) throw queueFull(scope, queued);
  }

  readonly #refuse = (waiter: Waiter, reason: ToolError): void => {
    this.#leave(waiter);
    waiter.settle.reject(reason);
  };

  #leave(waiter: Waiter): void {
    const { line } = waiter.scope;
    const before = line.size;
    waiter.deadline.unfollow(waiter);
    line.remove(waiter);
    this.#waiting -= before - line.size;
    if (line.size === 0) this.#crowded.delete(waiter.scope);
  }

  #admit(tool: Scope): Permit {
    this.#everything.running += 1;
    tool.running += 1;
    return new HeldPermit(tool, this.#takeBack);
  }

  readonly #takeBack = (tool: Scope): void => {
    this.#everything.running -= 1;
    tool.running -= 1;
    this.#wakeNext();
  };

  /** A release frees one place under each cap, so at most one waiter can start for it. */
  #wakeNext(): void {
    if (this.#waiting === 0 || !hasRoom(this.#everything)) return;
    let next: Waiter | undefined;
    for (const tool of this.#crowded) {
      const candidate = hasRoom(tool) ? tool.line.first() : undefined;
      if (candidate === undefined || (next !== undefined && !runsBefore(candidate, next))) continue;
      next = candidate;
    }
    if (next === undefined) return;
    this.#leave(next);
    next.settle.resolve(this.#admit(next.scope));
  }

  #scopeOf(toolName: string): Scope {
    let scope = this.#tools.get(toolName);
    if (scope === undefined) {
      scope = makeScope(
        toolName,
        toolName === EVERYTHING ? {} : ((this.#limits[toolName] as LimitOptions | undefined) ?? {}),
      );
      this.#tools.set(toolName, scope);
    }
    return scope;
  }
}

/** A {@link Permit} that gives its place back once. */
class HeldPermit implements Permit {
  #tool: Scope | undefined;
  readonly #takeBack: (tool: Scope) => void;

  constructor(tool: Scope, takeBack: (tool: Scope) => void) {
    this.#tool = tool;
    this.#takeBack = takeBack;
  }

  release(): void {
    const tool = this.#tool;
    this.#tool = undefined;
    if (tool !== undefined) this.#takeBack(tool);
  }
}

function makeScope(name: string, { concurrency, queue }: LimitOptions): Scope {
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
