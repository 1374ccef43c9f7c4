/** Who of those that wait could start, found from scratch: by a list of calls and the definition of each limit. */
import type { Actor } from "./scheduler-actor.ts";
import { flowsUnder } from "../limits/scheduler/who-waits.ts";
import { must } from "./scheduler-actor.ts";
import type { Place } from "./scheduler-books.ts";
import type { SchedulerStage } from "./scheduler-stage.ts";

/** Fails when somebody waits who could start. */
export function mustConserveWork(stage: SchedulerStage): void {
  const waiting = stage.all("waiting").filter(({ call }) => call.phase !== "outside");
  const free = waiting.filter((actor) => blockerOf(stage, actor) === undefined);
  for (const actor of free) {
    if (!isRunnable(stage, actor)) continue;
    const excuse = free.find((other) => other !== actor && isAheadOf(stage, other, actor));
    must(excuse !== undefined, `${actor.number} waits although it could run`);
  }
}

/** Who came earlier and uses one of its keys, so that they cannot run together. */
export function blockerOf(stage: SchedulerStage, actor: Actor): Actor | undefined {
  const own = stage.books.touchesOf(actor);
  if (own.length === 0) return undefined;
  return stage.actors.find((other) => {
    if (other === actor || other.call.order > actor.call.order) return false;
    if (other.standing !== "running" && other.standing !== "waiting") return false;
    if (other.call.phase === "outside") return false;
    return stage.books
      .touchesOf(other)
      .some(({ key, writes }) =>
        own.some((touch) => touch.key === key && (touch.writes || writes)),
      );
  });
}

function isRunnable(stage: SchedulerStage, actor: Actor): boolean {
  return stage.books
    .placesOf(actor)
    .every((place) => stage.books.hasSlot(actor, place) && hasRoom(stage, actor, place));
}

/** Whether rates, tokens, a pause and a slow start let it in. */
function hasRoom(stage: SchedulerStage, actor: Actor, { name }: Place): boolean {
  const gate = stage.gate(name);
  return gate === undefined || gate.opensAt(tokensAt(actor, name), stage.now) <= stage.now;
}

/** A larger one may hold a smaller one up, where tokens are counted. */
function isAheadOf(stage: SchedulerStage, other: Actor, actor: Actor): boolean {
  const names = new Set(stage.books.placesOf(actor).map(({ name }) => name));
  return stage.books
    .placesOf(other)
    .some(
      (place) =>
        names.has(place.name) &&
        place.options.tokens !== undefined &&
        !hasRoom(stage, other, place),
    );
}

function tokensAt(actor: Actor, name: string): readonly number[] | undefined {
  const { flow, tokens } = actor.call;
  const position = flow?.gates.findIndex((gate) => gate.name === name) ?? -1;
  return tokens?.[position];
}

/** Fails when something is left in a queue, a line, a lock or a counter that should not be there. */
export function mustCountRight(stage: SchedulerStage): void {
  const waiting = stage.all("waiting");
  const inside = waiting.filter(({ call }) => call.phase !== "outside");
  for (const gate of stage.scheduler.rules.gates()) {
    const here = ({ call }: Actor): boolean => call.flow?.gates.includes(gate) === true;
    const queued = inside.filter(here).length;
    must(gate.queued === queued, `${gate.name} says ${gate.queued} wait, and ${queued} do`);
    const running = stage.books.slotsOf(gate.name).size;
    must(gate.running === running, `${gate.name} says ${gate.running} run, and ${running} do`);
    let accounts = 0;
    for (const account of gate.accounts()) accounts += account.queued;
    must(accounts === queued, `accounts of ${gate.name} say ${accounts} wait, and ${queued} do`);
    const parked = [...flowsUnder(stage.scheduler.rules)].filter(
      (flow) => flow.gates[flow.parkedAt] === gate,
    ).length;
    must(gate.line.size === parked, `the line of ${gate.name} has those who wait there`);
    must(gate.arrivals === undefined || gate.arrivals.size === queued, "arrivals are who waits");
  }
  const told = new Set(stage.scheduler.waiting());
  must(told.size === waiting.length, `${told.size} are said to wait, and ${waiting.length} do`);
  if (waiting.length === 0 && stage.all("running").length === 0) mustBeEmpty(stage);
}

function mustBeEmpty({ scheduler }: SchedulerStage): void {
  must(scheduler.locks.isIdle, "no key is used when all is over");
  for (const gate of scheduler.rules.gates()) {
    must(gate.standIns.size === 0, `nobody stands for ${gate.name} when all is over`);
    must(gate.outside.size === 0 && gate.borrowers.size === 0, "nobody is left outside");
    for (const { running } of gate.reservations?.values() ?? []) {
      must(running === 0, `no kept slot of ${gate.name} is used when all is over`);
    }
  }
}

/** Tokens that windows hold are those that were used, or are reserved by who runs: none is lost or made. */
export function mustCountTokens(stage: SchedulerStage): void {
  for (const gate of stage.scheduler.rules.gates()) {
    for (const { meter } of gate.meters.tokens) {
      const { kind, perMs, limit, remaining } = meter.stats(stage.now);
      if (kind === "bucket") continue;
      const least = stage.books.tokensIn(gate.name, kind, perMs, -1e-6);
      const most = stage.books.tokensIn(gate.name, kind, perMs, 1e-6);
      if (least === undefined || most === undefined) continue;
      const counted = limit - remaining;
      must(
        counted >= least && counted <= most,
        `${gate.name} counts ${counted} tokens, and it is ${least}`,
      );
    }
  }
}
