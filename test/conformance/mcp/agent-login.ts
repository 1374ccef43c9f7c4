/** How the client lets itself in: what a person with a browser, or a workload with a key, would do. */
import { createHash } from "node:crypto";
import {
  CrossAppAccessProvider,
  ClientCredentialsProvider,
  DpopSession,
  type OAuthClientInformationContext,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  PrivateKeyJwtProvider,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  auth,
  requestJwtAuthorizationGrant,
} from "@modelcontextprotocol/client";

/** What the suite tells the client of a scenario, beside the server's address. */
export interface ScenarioContext {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly private_key_pem?: string;
  readonly signing_algorithm?: string;
  readonly idp_token_endpoint?: string;
  readonly idp_client_id?: string;
  readonly idp_id_token?: string;
  readonly valid_jwt?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: object }[];
}

/** Where the suite expects a client of its own to keep its metadata. Nobody asks there: it is compared as text. */
const METADATA_URL = "https://conformance-test.local/client-metadata.json";
const REDIRECT_URL = "http://localhost:3000/callback";
const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** A provider, and how to go on once it has sent somebody to the browser. */
export interface Login {
  readonly provider: OAuthClientProvider;
  /** Fetches the token when a code has come back. False when none has. */
  finish(serverUrl: string): Promise<boolean>;
}

/** Providers of workloads, which need no browser. */
const HEADLESS: Readonly<Record<string, (context: ScenarioContext) => OAuthClientProvider>> = {
  "auth/client-credentials-jwt": (context) =>
    new PrivateKeyJwtProvider({
      clientId: context.client_id ?? "",
      privateKey: context.private_key_pem ?? "",
      algorithm: context.signing_algorithm ?? "ES256",
    }),
  "auth/client-credentials-basic": (context) =>
    new ClientCredentialsProvider({
      clientId: context.client_id ?? "",
      clientSecret: context.client_secret ?? "",
    }),
  "auth/enterprise-managed-authorization": crossApp,
  "auth/wif-jwt-bearer": (context) =>
    new WorkloadProvider(context.client_id ?? "", context.valid_jwt ?? ""),
};

/** The way in that a scenario wants. */
export async function loginFor(scenario: string, context: ScenarioContext): Promise<Login> {
  const provider = HEADLESS[scenario]?.(context);
  if (provider !== undefined) return { provider, finish: () => Promise.resolve(false) };
  const { client_id: id, client_secret: secret = "" } = context;
  const known = id === undefined ? undefined : { client_id: id, client_secret: secret };
  const dpop = scenario.startsWith("auth/dpop") ? await DpopSession.create() : undefined;
  return new BrowserLogin(known, dpop);
}

function crossApp(context: ScenarioContext): OAuthClientProvider {
  const { client_id: clientId = "", client_secret: clientSecret = "" } = context;
  return new CrossAppAccessProvider({
    clientId,
    clientSecret,
    assertion: async ({ authorizationServerUrl, resourceUrl, scope, fetchFn }) => {
      const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
        tokenEndpoint: context.idp_token_endpoint ?? "",
        audience: authorizationServerUrl,
        resource: resourceUrl,
        idToken: context.idp_id_token ?? "",
        clientId: context.idp_client_id ?? "",
        ...(scope !== undefined && { scope }),
        ...(fetchFn !== undefined && { fetchFn }),
      });
      return jwtAuthGrant;
    },
  });
}

/** Remembers what a provider has to remember. */
class Memory {
  protected client: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;

  clientInformation(
    _context?: OAuthClientInformationContext,
  ): StoredOAuthClientInformation | undefined {
    return this.client;
  }
  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens;
  }
  saveTokens(tokens: StoredOAuthTokens): void {
    this.#tokens = tokens;
  }
  protected forgetTokens(): void {
    this.#tokens = undefined;
  }
}

/** A workload that shows a token of its platform (RFC 7523). */
class WorkloadProvider extends Memory implements OAuthClientProvider {
  readonly redirectUrl: undefined;
  readonly clientMetadata: OAuthClientMetadata = {
    redirect_uris: [],
    grant_types: [JWT_BEARER],
    token_endpoint_auth_method: "none",
  };
  readonly #assertion: string;

  constructor(clientId: string, assertion: string) {
    super();
    this.client = { client_id: clientId };
    this.#assertion = assertion;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.client = client;
  }
  prepareTokenRequest(scope?: string): URLSearchParams {
    const assertion = this.#assertion;
    return new URLSearchParams({ grant_type: JWT_BEARER, assertion, ...(scope && { scope }) });
  }
  redirectToAuthorization(): never {
    throw new Error("There is no browser here.");
  }
  saveCodeVerifier(): void {}
  codeVerifier(): string {
    return "";
  }
}

/**
 * Asks for a code as a browser would, whose user agrees to everything. A server may refuse several requests at once, and
 * each begins a login of its own, at its own pace: one that wants what is being asked for, or has just been given, is
 * let be.
 */
class BrowserLogin extends Memory implements OAuthClientProvider, Login {
  readonly redirectUrl = REDIRECT_URL;
  readonly clientMetadataUrl = METADATA_URL;
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: "Toolyard's conformance client",
    redirect_uris: [REDIRECT_URL],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
  };
  readonly provider: OAuthClientProvider = this;
  readonly dpop: () => DpopSession | undefined;
  /** By the challenge that was made of it. */
  readonly #verifiers = new Map<string, string>();
  #wanted: string | undefined;
  #verifier: string | undefined;
  #discovery: OAuthDiscoveryState | undefined;
  #answer: Promise<URLSearchParams> | undefined;

  constructor(known: StoredOAuthClientInformation | undefined, dpop: DpopSession | undefined) {
    super();
    this.client = known;
    this.dpop = () => dpop;
  }

  async finish(serverUrl: string): Promise<boolean> {
    const answer = await this.#answer;
    const authorizationCode = answer?.get("code");
    const iss = answer?.get("iss");
    if (!authorizationCode) return false;
    try {
      await auth(this, { serverUrl, authorizationCode, ...(iss && { iss }) });
    } finally {
      // What was found out holds for one login: another server may be in charge the next time.
      this.#answer = undefined;
      this.#discovery = undefined;
    }
    return true;
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.client = client;
  }
  redirectToAuthorization(url: URL): void {
    const wanted = withoutChallenge(url);
    if (this.#answer !== undefined || this.#wanted === wanted) return;
    this.#wanted = wanted;
    this.#verifier = this.#verifiers.get(url.searchParams.get("code_challenge") ?? "");
    this.#answer = visit(url);
    this.#answer.catch(() => {});
  }
  saveCodeVerifier(verifier: string): void {
    this.#verifiers.set(createHash("sha256").update(verifier).digest("base64url"), verifier);
  }
  codeVerifier(): string {
    return this.#verifier ?? "";
  }
  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state;
  }
  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }
  invalidateCredentials(scope: "all" | "client" | "tokens" | "verifier" | "discovery"): void {
    if (scope === "all" || scope === "client") this.client = undefined;
    if (scope === "all" || scope === "tokens") this.forgetTokens();
    if (scope === "all" || scope === "discovery") this.#discovery = undefined;
  }
}

/** What a login asks for, which is the same whoever asks: all but the proof of who began it. */
function withoutChallenge(url: URL): string {
  const { origin, pathname } = url;
  const asked = [...url.searchParams].filter(
    ([name]) => name !== "code_challenge" && name !== "state",
  );
  return `${origin}${pathname}?${new URLSearchParams(asked).toString()}`;
}

/** What comes back with the browser. */
async function visit(url: URL): Promise<URLSearchParams> {
  const response = await fetch(url, { redirect: "manual" });
  const location = response.headers.get("location");
  if (location === null) throw new Error(`No redirect from ${url.origin}: ${response.status}.`);
  return new URL(location).searchParams;
}
