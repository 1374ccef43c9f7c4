/** Fetches a document and what it refers to, under the same rules as every other request. */
import { STATUS_CODES } from "node:http";
import { SignalLife } from "../../core/call-life.ts";
import { ToolError } from "../../core/tool-error.ts";
import { ACCEPTED_ENCODINGS } from "./body-decoder.ts";
import { brokenReason, isTlsRefusal } from "./broken-reason.ts";
import type { ByteAllowance } from "./byte-allowance.ts";
import { errorText } from "./error-text.ts";
import { BrokenExchange, type HttpResponse } from "./exchange.ts";
import { HiddenTexts } from "../hidden-texts.ts";
import { resolvePolicy } from "./host-policy.ts";
import { type HttpAgent, type HttpRequest, openHttpAgent } from "./http-agent.ts";
import type { HttpPolicy } from "./openapi-options.ts";
import { decodeEncoded } from "./percent-encode.ts";
import { decodeText } from "./read-response.ts";
import { isFollowed, redirected } from "./redirects.ts";
import type { FetchText } from "./text-reader.ts";

/** What a fetcher is made of. */
export interface FetcherSettings {
  /** Where the document lies; undefined when it was given as an object or a file. */
  readonly entry: URL | undefined;
  readonly policy: HttpPolicy;
  /** Sent to the document's origin alone, and there only when it lets nobody in without. */
  readonly headers: Readonly<Record<string, string>>;
  /** Texts that are shown to nobody. */
  readonly secrets: readonly string[];
  /** Ends every request when it aborts. */
  readonly signal: AbortSignal;
}

/** Milliseconds for one document. */
const TIMEOUT_MS = 30_000;
const TYPES = "application/json, application/yaml;q=0.9, text/yaml;q=0.9, */*;q=0.5";

/** Fetches documents for one source. */
export class DocumentFetcher {
  readonly #settings: FetcherSettings;
  readonly #hidden: HiddenTexts;
  readonly #agent: Promise<HttpAgent>;
  /** Whether the document's origin has asked for credentials. */
  #isLocked = false;

  constructor(settings: FetcherSettings) {
    const { entry, policy, secrets } = settings;
    this.#settings = settings;
    const ownSecrets = entry === undefined ? [] : secretsInUrl(entry);
    this.#hidden = new HiddenTexts([...secrets, ...ownSecrets]);
    const given = entry === undefined ? [] : [entry.href];
    const resolved = resolvePolicy(policy, { named: [], given, isTrusted: false });
    this.#agent = openHttpAgent({ ...resolved, maxResponseBytes: Infinity });
    this.#agent.catch(() => {}); // It is heard by who asks first.
  }

  /** Whether the document lies at a private address. Known once it was fetched. */
  async isPrivate(): Promise<boolean> {
    const { entry } = this.#settings;
    return entry !== undefined && (await this.#agent).isPrivate(entry.hostname);
  }

  /**
   * The text at a URL, and where it was found.
   *
   * @throws ToolError `SOURCE_UNAVAILABLE` when it cannot be had, `PERMISSION_DENIED` when it may not be asked for.
   */
  readonly fetchText: FetchText = async (url, allowance) => {
    const signal = AbortSignal.any([this.#settings.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      let { response, at } = await this.#get(url, allowance, signal);
      if (!this.#isLocked && this.#isRefused(response, url)) {
        this.#isLocked = true;
        ({ response, at } = await this.#get(url, allowance, signal));
      }
      if (response.status !== 200) throw this.#failure(url, this.#said(response));
      const text = decodeText(response.body, response.headers["content-type"]);
      return { text, url: new URL(at.origin + at.path) };
    } catch (thrown) {
      if (this.#settings.signal.aborted) throw this.#settings.signal.reason;
      if (ToolError.is(thrown, "OUTPUT_TOO_LARGE")) {
        throw this.#failure(url, `it is too large: ${allowance.rule} bytes`, false);
      }
      if (ToolError.is(thrown)) throw thrown;
      const cause = thrown instanceof BrokenExchange ? thrown.cause : thrown;
      const isLate = (cause as Error).name === "TimeoutError";
      const reason = isLate ? `no answer in ${TIMEOUT_MS} ms` : brokenReason(cause);
      throw this.#failure(url, reason, !isTlsRefusal(cause));
    }
  };

  /** Lets go of its connections. */
  async close(): Promise<void> {
    await (await this.#agent).close();
  }

  async #get(
    url: URL,
    allowance: ByteAllowance,
    signal: AbortSignal,
  ): Promise<{ readonly response: HttpResponse; readonly at: HttpRequest }> {
    const agent = await this.#agent;
    let at: HttpRequest = {
      origin: url.origin,
      path: url.pathname + url.search,
      method: "GET",
      headers: this.#headersFor(url),
      body: undefined,
    };
    const secrets = { query: "", isIn: (text: string) => this.#hidden.isIn(text) };
    const { maxRedirects = 3 } = this.#settings.policy;
    const life = new SignalLife(signal);
    let response = await agent.send(at, life, allowance);
    for (let hops = 0; hops < maxRedirects && isFollowed(response, "GET"); hops += 1) {
      at = redirected(at, response.headers.location ?? "", secrets);
      response = await agent.send(at, life, allowance);
    }
    return { response, at };
  }

  #headersFor(url: URL): string[] {
    const { entry, headers } = this.#settings;
    const names = [
      "accept",
      TYPES,
      "accept-encoding",
      ACCEPTED_ENCODINGS,
      "user-agent",
      "toolyard",
    ];
    if (url.origin !== entry?.origin) return names;
    const own = this.#isLocked ? Object.entries(headers) : [];
    const taken = new Set(own.map(([name]) => name.toLowerCase()));
    const kept = names.filter((_, index) => !taken.has(names[index - (index % 2)] ?? ""));
    const basic = taken.has("authorization") ? [] : basicOf(entry);
    return [...kept, ...own.flat(), ...basic];
  }

  #isRefused({ status }: HttpResponse, url: URL): boolean {
    const { entry, headers } = this.#settings;
    const hasMore = Object.keys(headers).length > 0 && url.origin === entry?.origin;
    return hasMore && (status === 401 || status === 403 || status === 404);
  }

  #said(response: HttpResponse): string {
    const said = errorText(response, (text) => this.#hidden.hideIn(text));
    const name = STATUS_CODES[response.status] ?? "";
    return `${response.status} ${name}${said === "" ? "" : `: ${said.slice(0, 300)}`}`.trim();
  }

  #failure(url: URL, reason: string, retryable = true): ToolError {
    const shown = this.#hidden.hideIn(url.origin + url.pathname);
    const message = `${shown} cannot be fetched: ${this.#hidden.hideIn(reason)}`;
    return new ToolError("SOURCE_UNAVAILABLE", message, {
      details: { host: url.host },
      retryable,
    });
  }
}

/** Where a document lies that was given as a URL of http(s). */
export function entryUrl(given: string | URL | object): URL | undefined {
  const text = typeof given === "string" || given instanceof URL ? String(given).trim() : "";
  return /^https?:/i.test(text) ? (URL.parse(text) ?? undefined) : undefined;
}

/** What a URL says before its host is for the server, and so may be values of its query. */
function secretsInUrl(url: URL): readonly string[] {
  const words = [url.username, url.password].map(decodeEncoded);
  return [...words.slice(1), ...url.searchParams.values(), ...basicOf(url)].filter(
    (text) => text.length > 5 && text !== "authorization",
  );
}

function basicOf({ username, password }: URL): readonly string[] {
  if (username === "" && password === "") return [];
  const pair = `${decodeEncoded(username)}:${decodeEncoded(password)}`;
  return ["authorization", `Basic ${Buffer.from(pair).toString("base64")}`];
}
