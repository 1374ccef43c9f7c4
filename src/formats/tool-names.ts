/**
 * Tool names as every provider takes them, and back.
 *
 * OpenAI and Anthropic take 1 to 64 of `[a-zA-Z0-9_-]`; Gemini wants a letter or underscore first.
 * A name that keeps to both is its own provider name. Every other name has what is not allowed
 * replaced by `_`; if that is too long or not unique, it is cut and ends in a hash of the full name.
 *
 * What a name becomes depends on the set of names and on what was given away before, never on their order. The names go
 * through rounds, each with its own candidate per name (plain, hash, another hash, …); a candidate is given away
 * when one name alone claims it and nobody has it. What was given away before stays: such a name is its tool's for good,
 * and a tool whose own name it is gets a hash.
 */
import { createHash } from "node:crypto";

const SAFE = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/;
const MAX_LENGTH = 64;
const HASH_LENGTH = 8;

/** A set of tool names with a provider name for each, one to one. */
export interface ProviderNames {
  /**
   * The name a provider is told for a tool's registered name.
   *
   * @throws TypeError when it is none of the names given.
   */
  toProvider(name: string): string;
  /** The registered name behind a provider's name; undefined when there is none. */
  fromProvider(providerName: string): string | undefined;
}

/** Provider names that were given away before, also to tools that are no longer there; one to one. */
export interface GivenNames {
  /** The registered name of the tool that has this provider name. */
  toolOf(providerName: string): string | undefined;
  /** The provider name of the tool with this registered name. */
  nameOf(registered: string): string | undefined;
}

const NONE_GIVEN: GivenNames = { toolOf: () => undefined, nameOf: () => undefined };

/**
 * Gives each of the names (any text; repeated ones count once) a name that is safe for every
 * provider. Deterministic, independent of order, reversible.
 *
 * @param given - Names that tools keep, and that no other tool gets. Default: none.
 */
export function providerNames(
  names: readonly string[],
  given: GivenNames = NONE_GIVEN,
): ProviderNames {
  const registered = new Map<string, string>();
  let waiting: string[] = [];
  for (const name of new Set(names)) {
    const own = given.nameOf(name) ?? (isOwn(name, given) ? name : undefined);
    if (own === undefined) waiting.push(name);
    else registered.set(own, name);
  }
  const isFree = (name: string): boolean =>
    name.length <= MAX_LENGTH && !registered.has(name) && given.toolOf(name) === undefined;
  for (let round = 0; waiting.length > 0; round += 1) {
    const { given: found, left } = giveAway(waiting, round, isFree);
    for (const [safe, name] of found) registered.set(safe, name);
    waiting = left;
  }
  const provider = new Map([...registered].map(([safe, name]) => [name, safe]));
  return {
    toProvider: (name) => {
      const found = provider.get(name);
      if (found === undefined) throw new TypeError(`There is no provider name for "${name}".`);
      return found;
    },
    fromProvider: (providerName) => registered.get(providerName),
  };
}

function isOwn(name: string, given: GivenNames): boolean {
  return SAFE.test(name) && given.toolOf(name) === undefined;
}

/** Runs one round: which names are given away, and the ones that have to go into the next. */
function giveAway(
  names: readonly string[],
  round: number,
  isFree: (name: string) => boolean,
): { readonly given: readonly (readonly [string, string])[]; readonly left: string[] } {
  const given: (readonly [string, string])[] = [];
  const left: string[] = [];
  for (const [wanted, claimants] of Map.groupBy(names, (name) => candidate(name, round))) {
    const [only] = claimants;
    if (claimants.length === 1 && only !== undefined && isFree(wanted)) given.push([wanted, only]);
    else left.push(...claimants);
  }
  return { given, left };
}

function candidate(name: string, round: number): string {
  const replaced = name.replaceAll(/[^a-zA-Z0-9_-]/gu, "_");
  const plain = /^[a-zA-Z_]/.test(replaced) ? replaced : `_${replaced}`;
  if (round === 0) return plain;
  const hash = hashOf(round === 1 ? name : `${round}:${name}`);
  return `${plain.slice(0, MAX_LENGTH - 1 - HASH_LENGTH)}_${hash}`;
}

function hashOf(text: string): string {
  // Not UTF-8: it writes every lone surrogate alike, and two such names would never part.
  return createHash("sha256").update(text, "utf16le").digest("hex").slice(0, HASH_LENGTH);
}
