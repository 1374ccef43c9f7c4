/**
 * The fields `RateLimit` and `RateLimit-Policy` of the IETF's draft "RateLimit header fields for HTTP"
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/):
 *
 *     RateLimit-Policy: "burst";q=100;w=60, "daily";q=1000;w=86400
 *     RateLimit: "burst";r=50;t=30, "daily";r=900;t=4000
 *
 * and the form of its earlier versions, `limit=100, remaining=50, reset=30`.
 */

/** What is left of a quota. */
export interface Quota {
  readonly left: number;
  /** Until it is counted afresh, in milliseconds; undefined when that is not said. */
  readonly resetMs: number | undefined;
}

type Item = Readonly<{ name: string; parameters: ReadonlyMap<string, string> }>;

/** Reads the quotas of requests; those that count something else, and what makes no sense, are left out. */
export function readQuotas(
  rateLimit: string | undefined,
  policy: string | undefined,
): readonly Quota[] {
  if (rateLimit === undefined) return [];
  const policies = new Map(readItems(policy).map(({ name, parameters }) => [name, parameters]));
  const items = readItems(rateLimit);
  const older = new Map(items.flatMap(({ name }) => [pairOf(name)]));
  return [
    ...quotaOf(older.get("remaining"), older.get("reset")),
    ...items.flatMap(({ name, parameters }) => {
      const unit = policies.get(name)?.get("qu") ?? "requests";
      if (unit !== "requests") return [];
      return quotaOf(parameters.get("r"), parameters.get("t") ?? policies.get(name)?.get("w"));
    }),
  ];
}

function quotaOf(remaining: string | undefined, seconds: string | undefined): readonly Quota[] {
  const left = integerIn(remaining);
  const reset = integerIn(seconds);
  if (left === undefined) return [];
  return [{ left, resetMs: reset === undefined ? undefined : reset * 1_000 }];
}

function integerIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A list of names with parameters. Names of policies are quoted, and have no commas and semicolons in practice. */
function readItems(text: string | undefined): readonly Item[] {
  return (text ?? "").split(",").map((item) => {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim());
    return { name: unquoted(name), parameters: new Map(parameters.map((part) => pairOf(part))) };
  });
}

function pairOf(text: string): readonly [string, string] {
  const [key = "", value = ""] = text.split("=", 2);
  return [key.trim(), unquoted(value.trim())];
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, "$1");
}
