/** What the tools of one source have in common where they run: connections, credentials, tokens. */
import type { AccessParts } from "./authorization.ts";
import type { Credentials } from "./credentials.ts";
import { HiddenTexts } from "../hidden-texts.ts";
import type { ResolvedPolicy } from "./host-policy.ts";
import { openHttpAgent } from "./http-agent.ts";
import type { SecurityScheme } from "./operation.ts";

/** What a connection is made of; JSON unless a credential is a function. */
export interface SourceSpec {
  /** Tools with the same one share a connection. */
  readonly key: string;
  readonly policy: ResolvedPolicy;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: Credentials;
  readonly schemes: Readonly<Record<string, SecurityScheme>>;
  /** Texts that are shown to nobody. */
  readonly secrets: readonly string[];
}

/** A source as the calls of its tools see it. */
export interface SourceConnection extends AccessParts {
  readonly headers: Readonly<Record<string, string>>;
  readonly maxRedirects: number;
}

/** Makes a connection. Nothing is asked before the first call. */
export async function openConnection(spec: SourceSpec): Promise<SourceConnection> {
  const { credentials, schemes, headers, policy, secrets } = spec;
  return {
    agent: await openHttpAgent(policy),
    hidden: new HiddenTexts(secrets),
    tokens: new Map(),
    credentials,
    schemes,
    headers,
    maxRedirects: policy.maxRedirects,
  };
}
