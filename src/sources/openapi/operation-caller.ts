/** Calls one operation: writes the request, is let in, follows redirects, reads the answer. */
import { lifeOf } from "../../core/call-context.ts";
import type { CallLife } from "../../core/call-life.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ToolContext } from "../../core/tool.ts";
import { type Admission, Authorization } from "./authorization.ts";
import { ACCEPTED_ENCODINGS } from "./body-decoder.ts";
import { BrokenExchange, type HttpResponse } from "./exchange.ts";
import type { HttpRequest } from "./http-agent.ts";
import { type FailedCall, brokenError, rateLimitsOf, statusError } from "./http-errors.ts";
import type { OperationPlan } from "./operation.ts";
import { readResponse } from "./read-response.ts";
import { isFollowed, redirected } from "./redirects.ts";
import type { SourceConnection } from "./source-connection.ts";
import { RequestWriter, type WrittenRequest } from "./write-request.ts";

/** What a call needs of its context. */
export type CallerContext = Pick<
  ToolContext,
  "signal" | "toolName" | "idempotencyKey" | "reportUsage"
>;

/** Methods whose repetition changes nothing (RFC 9110, section 9.2.2; QUERY: RFC 10008). */
const REPEATABLE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE"]);

/** Some servers answer nobody without a name. */
const USER_AGENT = "toolyard";

/** The function behind the tool of an operation. What is the same for every call is worked out once. */
export class OperationCaller {
  readonly #plan: OperationPlan;
  readonly #connection: SourceConnection;
  readonly #authorization: Authorization;
  readonly #writer: RequestWriter;
  readonly #headers: readonly string[];
  /** Those without a name of ours, for requests that have another. */
  readonly #nameless: readonly string[];
  readonly #cookies: string;
  readonly #host: string;
  readonly #isRepeatable: boolean;

  constructor(plan: OperationPlan, connection: SourceConnection) {
    this.#plan = plan;
    this.#connection = connection;
    this.#authorization = new Authorization(plan, connection);
    const own = Object.entries(connection.headers);
    const granted = this.#authorization.namesAt("header");
    const sent = own.filter(([name]) => !granted.includes(name.toLowerCase()));
    this.#cookies = sent.find(([name]) => name.toLowerCase() === "cookie")?.[1] ?? "";
    this.#headers = baseHeaders(plan, sent);
    this.#nameless = without(this.#headers, "user-agent");
    const headerNames = [...granted, ...sent.map(([name]) => name.toLowerCase())];
    this.#writer = new RequestWriter(plan, {
      header: new Set([...headerNames, "cookie", "accept-encoding"]),
      query: new Set(this.#authorization.namesAt("query")),
      cookie: new Set([...this.#authorization.namesAt("cookie"), ...cookieNames(this.#cookies)]),
    });
    this.#host = new URL(this.#writer.origin).host;
    this.#isRepeatable = plan.isRepeatable ?? REPEATABLE.has(plan.method);
  }

  /** @throws ToolError: see `http-errors.ts` for which. */
  async call(input: unknown, context: CallerContext): Promise<unknown> {
    const written = this.#writer.write(input);
    const life = lifeOf(context);
    const admission = this.#authorization.admission();
    const allowed = admission instanceof Promise ? await unlessEnded(admission, life) : admission;
    const request = this.#request(written, allowed, context);
    try {
      let response = await this.#connection.agent.send(request, life);
      if (response.status >= 300) response = await this.#goOn(response, request, allowed, life);
      if (response.status === 401 && this.#authorization.forget(allowed)) {
        response = await this.#sendAgain(written, context, life);
      }
      return this.#read(response, request, context);
    } catch (thrown) {
      if (thrown instanceof BrokenExchange) throw brokenError(thrown, this.#failed(context));
      throw thrown;
    }
  }

  /** With other tokens. */
  async #sendAgain(
    written: WrittenRequest,
    context: CallerContext,
    life: CallLife,
  ): Promise<HttpResponse> {
    const admission = Promise.resolve(this.#authorization.admission());
    const allowed = await unlessEnded(admission, life);
    const request = this.#request(written, allowed, context);
    const response = await this.#connection.agent.send(request, life);
    return this.#goOn(response, request, allowed, life);
  }

  /** Most calls add nothing to what all have in common, and share the list. */
  #request(written: WrittenRequest, allowed: Admission, context: CallerContext): HttpRequest {
    const { origin } = this.#writer;
    const { method } = this.#plan;
    const { body, path } = written;
    const added = this.#addedHeaders(written, allowed, context);
    const base = hasHeader(added, "user-agent") ? this.#nameless : this.#headers;
    const headers = added.length === 0 ? base : [...base, ...added];
    const { query } = allowed;
    if (query === "") return { origin, path, method, headers, body };
    const separator = path.includes("?") ? "&" : "?";
    return { origin, path: path + separator + query, method, headers, body };
  }

  #addedHeaders(
    written: WrittenRequest,
    allowed: Admission,
    { idempotencyKey }: CallerContext,
  ): readonly string[] {
    const added = joined(allowed.headers, written.headers);
    const cookies = joinedCookies(this.#cookies, allowed.cookies, written.cookies);
    const withCookies = cookies === "" ? added : [...added, "cookie", cookies];
    if (idempotencyKey === undefined) return withCookies;
    if ([this.#headers, withCookies].some((list) => hasHeader(list, "idempotency-key"))) {
      return withCookies;
    }
    return [...withCookies, "idempotency-key", checkedKey(idempotencyKey)];
  }

  /** Follows redirects. */
  async #goOn(
    answer: HttpResponse,
    request: HttpRequest,
    { query }: Admission,
    life: CallLife,
  ): Promise<HttpResponse> {
    const { agent, hidden, maxRedirects } = this.#connection;
    let response = answer;
    let at = request;
    for (let hops = 1; isFollowed(response, request.method); hops += 1) {
      if (hops > maxRedirects) throw tooManyRedirects(this.#host, maxRedirects);
      const secrets = { query, isIn: (text: string) => hidden.isIn(text) };
      at = redirected(at, response.headers.location ?? "", secrets);
      response = await agent.send(at, life);
    }
    return response;
  }

  #read(response: HttpResponse, request: HttpRequest, context: CallerContext): unknown {
    const limits = rateLimitsOf(response);
    if (limits?.remaining !== undefined) context.reportUsage({ remaining: limits.remaining });
    if (response.status >= 300) throw statusError(response, this.#failed(context));
    return readResponse(response, request);
  }

  #failed({ toolName, idempotencyKey }: CallerContext): FailedCall {
    return {
      toolName,
      operation: `${this.#plan.method} ${this.#plan.path}`,
      host: this.#host,
      isRepeatable: this.#isRepeatable || idempotencyKey !== undefined,
      accessHint: this.#authorization.hint,
      hide: (text) => this.#connection.hidden.hideIn(text),
    };
  }
}

function baseHeaders(plan: OperationPlan, own: readonly (readonly [string, string])[]): string[] {
  const defaults = [
    ["accept", plan.accept ?? "*/*"],
    ["accept-encoding", ACCEPTED_ENCODINGS],
    ["user-agent", USER_AGENT],
  ] as const;
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const missing = defaults.filter(([name]) => !names.has(name));
  return [...missing, ...own.filter(([name]) => name.toLowerCase() !== "cookie")].flat();
}

function cookieNames(header: string): readonly string[] {
  return header.split(";").map((pair) => (pair.split("=")[0] ?? "").trim());
}

function without(headers: readonly string[], name: string): readonly string[] {
  return headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== name);
}

function hasHeader(headers: readonly string[], name: string): boolean {
  return headers.some((header, index) => index % 2 === 0 && header.toLowerCase() === name);
}

function checkedKey(key: string): string {
  if (/^[\u0020-\u007E]+$/.test(key)) return key;
  throw new ToolError("INPUT_INVALID", "The idempotency key cannot be a header: it is not ASCII.");
}

function tooManyRedirects(host: string, maxRedirects: number): ToolError {
  const message = `${host} redirects more than the ${maxRedirects} times of \`maxRedirects\`.`;
  return new ToolError("TOOL_FAILED", message, { details: { host }, retryable: false });
}

function joined(first: readonly string[], second: readonly string[]): readonly string[] {
  if (first.length === 0) return second;
  return second.length === 0 ? first : [...first, ...second];
}

function joinedCookies(...cookies: readonly string[]): string {
  return cookies.filter((one) => one !== "").join("; ");
}

/** Waits no longer than the call may go on; what is waited for goes on, for others may want it. */
function unlessEnded<Value>(coming: Promise<Value>, life: CallLife): Promise<Value> {
  return new Promise((resolve, reject) => {
    const follower = { end: reject, followerSlot: -1 };
    life.follow(follower);
    coming.then(resolve, reject).finally(() => life.unfollow(follower));
  });
}
