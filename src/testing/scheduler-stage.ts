/** A scheduler in virtual time, everybody who ever asked it, and what must hold after every step. */
import { ToolError } from "../core/tool-error.ts";
import type { LimitOptions, LimitsOptions } from "../limits/limit-options.ts";
import type { AttemptFacts, LimitedTool, PermitOutcome } from "../limits/limiter.ts";
import type { Gate } from "../limits/scheduler/gate.ts";
import type { QueuedCall } from "../limits/scheduler/queued-call.ts";
import type { Scheduler } from "../limits/scheduler/scheduler.ts";
import type { Decision, Happening } from "../limits/scheduler/step.ts";
import { type Actor, type Standing, must } from "./scheduler-actor.ts";
import { SchedulerBooks } from "./scheduler-books.ts";
import { type SchedulerParts, WHOLE_SCHEDULER } from "./scheduler-parts.ts";

/** What one who asks says; the rest is as usual. */
export interface Asked {
  readonly tool?: LimitedTool;
  readonly input?: unknown;
  readonly priority?: number;
  readonly tenant?: string | undefined;
  readonly askedAt?: number;
  readonly expiresAt?: number;
  readonly parent?: Actor | undefined;
}

/** Drives a scheduler. */
export class SchedulerStage {
  now = 0;
  readonly scheduler: Scheduler;
  readonly actors: Actor[] = [];
  readonly books: SchedulerBooks;
  /** Decisions that started somebody, by number, in order. */
  readonly starts: number[] = [];
  limits: LimitsOptions;
  chance = 0.5;
  #asked = 0;
  readonly #parts: SchedulerParts;
  readonly #actorOf = new Map<QueuedCall, Actor>();

  constructor(limits: LimitsOptions, parts: SchedulerParts = WHOLE_SCHEDULER) {
    this.#parts = parts;
    this.limits = { "*": {}, ...limits };
    this.scheduler = new parts.Scheduler(limits, (options, scope) =>
      parts.makeGateMeters(options, scope, { ms: 0 }),
    );
    this.books = new SchedulerBooks(this);
  }

  /** Asks, and says where that one stands then. */
  ask(asked: Asked = {}): Actor {
    const { tool = { name: "a" }, input, priority = 0, tenant, parent } = asked;
    const { askedAt = this.now, expiresAt = Infinity } = asked;
    const ask = { tool, input, priority, tenant, askedAt, deadline: { expiresAt } };
    const call = new this.#parts.QueuedCall(ask, parent?.call);
    const actor: Actor = {
      number: (this.#asked += 1) - 1,
      call,
      standing: "waiting",
      startedAt: -1,
      refusal: undefined,
      held: [],
    };
    this.actors.push(actor);
    this.#actorOf.set(call, actor);
    this.step({ type: "arrive", call });
    must(call.phase !== "new", "who asked has an answer");
    return actor;
  }

  /** Ends one that runs. */
  release(actor: Actor, outcome: PermitOutcome = "success", facts?: Partial<AttemptFacts>): void {
    must(actor.standing === "running", "only who runs is released");
    actor.standing = "over";
    const known = { runMs: this.now - actor.startedAt, ...facts };
    this.books.end(actor, outcome, known);
    this.step({ type: "release", call: actor.call, outcome, facts: known });
  }

  /** One that waits gives up. */
  leave(actor: Actor): void {
    must(actor.standing === "waiting", "only who waits can leave");
    actor.standing = "left";
    this.step({ type: "leave", call: actor.call });
  }

  /** Time passes, with a tick at each time the scheduler asks for one. */
  advance(ms: number): void {
    const until = this.now + ms;
    for (let ticks = 0; this.scheduler.wakeAt <= until; ticks += 1) {
      must(ticks < 10_000, "time passes between two ticks");
      const { wakeAt } = this.scheduler;
      must(wakeAt > this.now, "what opens by itself opens later");
      this.now = wakeAt;
      this.step({ type: "tick" });
    }
    this.now = until;
  }

  /** Changes limits. `changes` are merged as the limiter does it. */
  change(scope: string, options: LimitOptions | undefined): void {
    this.limits = { ...this.limits, [scope]: options };
    this.books.change(scope, options);
    this.step({ type: "change", limits: { [scope]: options } });
  }

  clear(): void {
    this.step({ type: "clear", error: new ToolError("CALL_CANCELLED", "closing") });
  }

  step(happening: Happening): readonly Decision[] {
    const decisions = this.scheduler.step(happening, this.now, this.chance);
    for (const decision of decisions) this.#apply(decision);
    return decisions;
  }

  /** Everybody who stands like this. */
  all(standing: Standing): Actor[] {
    return this.actors.filter((actor) => actor.standing === standing);
  }

  /** Gates by name. */
  gate(name: string): Gate | undefined {
    return [...this.scheduler.rules.gates()].find((gate) => gate.name === name);
  }

  #apply(decision: Decision): void {
    if (decision.type === "tell") return;
    const actor = this.#actorOf.get(decision.call);
    must(actor !== undefined, "decisions are about those who asked");
    if (decision.type === "wait") {
      actor.held.push(decision.limit);
      return;
    }
    must(actor.standing === "waiting", `${decision.type} of one that is ${actor.standing}`);
    if (decision.type === "refuse") {
      actor.standing = "refused";
      actor.refusal = decision.error;
      return;
    }
    actor.standing = "running";
    actor.startedAt = this.now;
    this.starts.push(actor.number);
    this.books.start(actor);
  }
}
