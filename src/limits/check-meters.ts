/** Checks the rates and tokens of a limit, and the presets of providers. */
import type { LimitOptions, PresetOptions } from "./limit-options.ts";
import { FROM_ONE, checkNumber, checkRecord, checkWord } from "./option-checks.ts";
import { compileEstimate, compileUsed } from "./token-usage.ts";

const PROVIDERS: readonly PresetOptions["provider"][] = [
  "openai",
  "azure-openai",
  "anthropic",
  "gemini",
  "mistral",
  "groq",
];

/**
 * Checks `rate`, `tokens` and `preset` of a limit.
 *
 * @param path - The limit, for messages.
 * @throws TypeError that names the setting and its range.
 */
export function checkMeters(path: string, { rate, tokens, preset }: LimitOptions): void {
  for (const [at, one] of each(`${path}.rate`, rate)) checkRecord(at, one);
  for (const [at, one] of each(`${path}.tokens`, tokens)) {
    checkRecord(at, one);
    compileEstimate(one.estimate, `${at}.estimate`);
    compileUsed(one.used, `${at}.used`);
  }
  if (preset !== undefined) checkPreset(`${path}.preset`, preset);
}

/** One, or each of several, with its path. */
function each<Option>(
  path: string,
  options: Option | readonly Option[] | undefined,
): readonly (readonly [string, Option])[] {
  if (options === undefined) return [];
  const several: readonly Option[] | undefined = Array.isArray(options) ? options : undefined;
  return several?.map((one, place) => [`${path}[${place}]`, one]) ?? [[path, options as Option]];
}

function checkPreset(path: string, preset: PresetOptions): void {
  checkRecord(path, preset, ["provider", "rpm", "rpd", "tpm", "tpd", "estimate", "used"]);
  if (preset.provider === undefined)
    throw new TypeError(`${path}.provider is missing; known: ${PROVIDERS.join(", ")}.`);
  checkWord(`${path}.provider`, preset.provider, PROVIDERS);
  for (const field of ["rpm", "rpd", "tpm", "tpd"] as const) {
    checkNumber(`${path}.${field}`, preset[field], FROM_ONE);
  }
  compileEstimate(preset.estimate, `${path}.estimate`);
  compileUsed(preset.used, `${path}.used`);
}
