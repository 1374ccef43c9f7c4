/** Operations that cannot be let in with the credentials there are: better known before the first call is refused. */
import { type Credentials, fitsScheme, wantedBy } from "./credentials.ts";
import type { Operation, SecurityScheme } from "./operation.ts";

/** What a source is let in with. */
export interface CredentialParts {
  readonly credentials: Credentials;
  readonly schemes: Readonly<Record<string, SecurityScheme>>;
  /** Sent with every request; may let in by themselves. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers that let in whatever the document says of it. */
const LETS_IN = /^(?:authorization|cookie)$/i;

/** A line for each security scheme that operations need and that there is no credential for. */
export function missingCredentials(
  operations: readonly Operation[],
  parts: CredentialParts,
): readonly string[] {
  const needing = new Map<string, number>();
  for (const { plan } of operations) {
    const ways = plan.security.map((way) => way.filter((scheme) => !isMet(scheme, parts)));
    const [first] = ways;
    if (first === undefined || ways.some((missing) => missing.length === 0)) continue;
    for (const scheme of first) needing.set(scheme, (needing.get(scheme) ?? 0) + 1);
  }
  return [...needing].map(([scheme, count]) => {
    const who = count === 1 ? "1 operation needs" : `${count} operations need`;
    const wanted = parts.schemes[scheme] ?? { kind: "bearer" };
    return `${who} the security scheme "${scheme}", for which no credential is given. Set \`auth: { ${JSON.stringify(scheme)}: ${wantedBy(wanted)} }\`.`;
  });
}

function isMet(name: string, { credentials, schemes, headers }: CredentialParts): boolean {
  if (Object.hasOwn(credentials, name)) return true;
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined;
  const fallback = credentials["default"];
  if (fallback !== undefined && scheme !== undefined && fitsScheme(fallback, scheme)) return true;
  return Object.keys(headers).some((header) => LETS_IN.test(header) || isHeaderOf(scheme, header));
}

function isHeaderOf(scheme: SecurityScheme | undefined, header: string): boolean {
  if (scheme?.kind !== "apiKey" || scheme.in !== "header") return false;
  return scheme.name.toLowerCase() === header.toLowerCase();
}
