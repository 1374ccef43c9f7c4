/** Checks the rates and tokens of a limit, and the presets of providers. */
import type { LimitOptions, PresetOptions } from "./limit-options.ts";
import { checkRates } from "./meters/check-rates.ts";
import { listOf } from "./meters/make-meter.ts";
import { FROM_ONE, checkNumber, checkRecord, checkWord } from "./option-checks.ts";
import { PROVIDERS } from "./presets.ts";
import { compileEstimate, compileUsed } from "./token-usage.ts";

const AMOUNTS = ["rpm", "rpd", "tpm", "tpd"] as const;

/**
 * Checks `rate`, `tokens` and `preset` of a limit.
 *
 * @param path - The limit, for messages.
 * @throws TypeError that names the setting and its range.
 */
export function checkMeters(path: string, limit: LimitOptions): void {
  checkRates(path, limit);
  for (const [place, { used }] of listOf(limit.tokens).entries()) {
    const at = Array.isArray(limit.tokens) ? `tokens[${place}]` : "tokens";
    compileUsed(used, `${path}.${at}.used`);
  }
  if (limit.preset !== undefined) checkPreset(`${path}.preset`, limit.preset);
}

function checkPreset(path: string, preset: PresetOptions): void {
  checkRecord(path, preset, ["provider", ...AMOUNTS, "estimate", "used"]);
  if (preset.provider === undefined) {
    throw new TypeError(`${path}.provider is missing; known: ${PROVIDERS.join(", ")}.`);
  }
  checkWord(`${path}.provider`, preset.provider, PROVIDERS);
  for (const field of AMOUNTS) checkNumber(`${path}.${field}`, preset[field], FROM_ONE);
  if (AMOUNTS.every((field) => preset[field] === undefined)) {
    throw new TypeError(`${path} limits nothing; write one of: ${AMOUNTS.join(", ")}.`);
  }
  compileEstimate(preset.estimate, `${path}.estimate`);
  compileUsed(preset.used, `${path}.used`);
}
