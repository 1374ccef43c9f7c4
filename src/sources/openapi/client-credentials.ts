/** Tokens for a client's own rights (OAuth 2.0, RFC 6749, section 4.4). */
import { SignalLife } from "../../core/call-life.ts";
import { ToolError } from "../../core/tool-error.ts";
import { brokenReason, isTlsRefusal } from "./broken-reason.ts";
import { errorText } from "./error-text.ts";
import { BrokenExchange, type HttpResponse } from "./exchange.ts";
import type { HttpAgent } from "./http-agent.ts";
import type { HiddenTexts } from "../hidden-texts.ts";
import { encodeComponent } from "./percent-encode.ts";

/** What a token is asked for with. */
export interface TokenOrder {
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  readonly clientId: () => string | Promise<string>;
  readonly clientSecret: () => string | Promise<string>;
}

/** Where it is asked for. */
export interface TokenParts {
  readonly agent: Pick<HttpAgent, "send">;
  readonly hidden: HiddenTexts;
  /** Milliseconds, growing. */
  readonly now: () => number;
}

interface Token {
  readonly text: string;
  /** When the next one is to be asked for, in milliseconds of `now`. */
  readonly renewAt: number;
}

/** Milliseconds after which nobody waits for the server any more. */
const ORDER_TIMEOUT_MS = 30_000;
/** Milliseconds that a token lives whose server does not say how long. */
const DEFAULT_LIFE_MS = 300_000;
/** Milliseconds before its end that a token is renewed; a tenth of its life where that is less. */
const EARLY_MS = 60_000;

/** Keeps a token, and asks for the next a while before it ends: one request at a time, whoever waits. */
export class TokenSource {
  readonly #order: TokenOrder;
  readonly #parts: TokenParts;
  #token: Token | undefined;
  #coming: Promise<string> | undefined;
  /** Whether the server wants the client's name in the body: some do, though RFC 6749 has them take the header. */
  #isInBody = false;

  constructor(order: TokenOrder, parts: TokenParts) {
    this.#order = order;
    this.#parts = parts;
  }

  /**
   * A token that is good for a while.
   *
   * @throws ToolError `PERMISSION_DENIED` when the server refuses, `SOURCE_UNAVAILABLE` when it cannot be reached.
   */
  token(): string | Promise<string> {
    if (this.#token !== undefined && this.#parts.now() < this.#token.renewAt)
      return this.#token.text;
    return (this.#coming ??= this.#renew().finally(() => (this.#coming = undefined)));
  }

  /** It was not accepted: the next call asks for another, unless that has happened. */
  forget(token: string): void {
    if (this.#token?.text === token) this.#token = undefined;
  }

  async #renew(): Promise<string> {
    const askedAt = this.#parts.now();
    let response = await this.#ask();
    if (!this.#isInBody && (response.status === 400 || response.status === 401)) {
      this.#isInBody = true;
      const second = await this.#ask();
      if (second.status === 200) response = second;
      else this.#isInBody = false;
    }
    const token = this.#read(response, askedAt);
    this.#parts.hidden.add(token.text);
    this.#token = token;
    return token.text;
  }

  async #ask(): Promise<HttpResponse> {
    const { tokenUrl, scopes } = this.#order;
    const [id, secret] = await Promise.all([this.#order.clientId(), this.#order.clientSecret()]);
    this.#parts.hidden.add(secret);
    const pair = [encodeComponent(id), encodeComponent(secret)] as const;
    const basic = Buffer.from(pair.join(":")).toString("base64");
    this.#parts.hidden.add(basic);
    const url = new URL(tokenUrl);
    const fields = [
      "grant_type=client_credentials",
      ...(scopes.length === 0 ? [] : [`scope=${encodeComponent(scopes.join(" "))}`]),
      ...(this.#isInBody ? [`client_id=${pair[0]}`, `client_secret=${pair[1]}`] : []),
    ];
    const request = {
      origin: url.origin,
      path: url.pathname + url.search,
      method: "POST",
      headers: [
        "accept",
        "application/json",
        "content-type",
        "application/x-www-form-urlencoded",
        ...(this.#isInBody ? [] : ["authorization", `Basic ${basic}`]),
      ],
      body: fields.join("&"),
    };
    try {
      const life = new SignalLife(AbortSignal.timeout(ORDER_TIMEOUT_MS));
      return await this.#parts.agent.send(request, life);
    } catch (thrown) {
      throw this.#unreachable(thrown);
    }
  }

  #read(response: HttpResponse, askedAt: number): Token {
    const { host } = new URL(this.#order.tokenUrl);
    if (response.status !== 200) {
      const said = errorText(response, (text) => this.#parts.hidden.hideIn(text));
      const message = `No token: ${host} answered ${response.status}${said === "" ? "" : `: ${said}`}.`;
      const isDown = response.status === 429 || response.status >= 500;
      throw new ToolError(isDown ? "SOURCE_UNAVAILABLE" : "PERMISSION_DENIED", message, {
        details: { host, status: response.status },
      });
    }
    const { access_token: text, expires_in: seconds } = fieldsOf(response.body);
    if (typeof text !== "string" || !/^[\u0021-\u007E]+$/.test(text)) {
      const message = `No token: the answer of ${host} has no \`access_token\`.`;
      throw new ToolError("PERMISSION_DENIED", message, { details: { host } });
    }
    const said = Number(seconds ?? Number.NaN) * 1_000;
    const lifeMs = said > 0 ? said : DEFAULT_LIFE_MS;
    return { text, renewAt: askedAt + lifeMs - Math.min(EARLY_MS, lifeMs / 10) };
  }

  #unreachable(thrown: unknown): unknown {
    if (ToolError.is(thrown)) return thrown;
    const { host } = new URL(this.#order.tokenUrl);
    const cause = thrown instanceof BrokenExchange ? thrown.cause : thrown;
    const reason = this.#parts.hidden.hideIn(brokenReason(cause));
    const message = `No token: ${host} cannot be reached: ${reason}.`;
    return new ToolError("SOURCE_UNAVAILABLE", message, {
      details: { host },
      ...(isTlsRefusal(cause) && { retryable: false }),
    });
  }
}

function fieldsOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(body.toString()) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
