import type { LimitOptions } from "../limit-options.ts";
import type { EpochOffset } from "../meters/fixed-window.ts";
import { makeMeters } from "../meters/make-meter.ts";
import { compileEstimate, compileUsed } from "../token-usage.ts";
import { type GateMeters, NO_METERS, type TokenMeter } from "./gate-meters.ts";

/** Makes the rates of a gate, as a scope's options say. What an attempt reports is stronger than its output. */
export function makeGateMeters(
  options: Pick<LimitOptions, "rate" | "tokens" | "preset">,
  scope: string,
  offset: EpochOffset,
): GateMeters {
  if (options.rate === undefined && options.tokens === undefined && options.preset === undefined) {
    return NO_METERS;
  }
  const made = makeMeters(options, offset);
  const path = `limits["${scope}"].tokens`;
  const tokens = made.tokens.map(({ meter, estimate, used }): TokenMeter => {
    const usedIn = compileUsed(used, `${path}.used`);
    return {
      meter,
      estimate: compileEstimate(estimate, `${path}.estimate`),
      used: (facts) => facts?.usage?.tokens ?? usedIn(facts?.output),
    };
  });
  const all = [...made.requests, ...made.tokens.map(({ meter }) => meter)];
  const byCalendar = all.filter((meter) => meter.stats(0).kind === "fixed");
  return {
    requests: made.requests,
    tokens,
    calendarOpensAt: (now) =>
      byCalendar.reduce((at, meter) => Math.max(at, meter.opensAt(now, 1)), now),
    isIdle: (now) =>
      // Of a bucket it is what it holds, not what it is refilled with.
      all.every((meter) => meter.stats(now).remaining >= meter.capacity),
  };
}
