/** The operations of an OpenAPI document as tools. */
import { randomUUID } from "node:crypto";
import type { SourceState, SourceStats } from "../../core/source-stats.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ClosureReason } from "../../core/tool-origin.ts";
import { type Tool, type ToolAnnotations, type ToolOrigin, defineTool } from "../../core/tool.ts";
import { withSettings } from "../tool-settings.ts";
import type { SourceHost, ToolSource } from "../tool-source.ts";
import { checkOptions } from "./check-options.ts";
import { arePortable, checkCredentials, fillInAccess, secretsOf } from "./credentials.ts";
import { DocumentFetcher, entryUrl } from "./fetch-document.ts";
import { type ResolvedPolicy, checkUrl, resolvePolicy } from "./host-policy.ts";
import { missingCredentials } from "./missing-credentials.ts";
import type { OpenApiOptions } from "./openapi-options.ts";
import { LOADER_URL } from "./openapi-loader.ts";
import { OperationCaller } from "./operation-caller.ts";
import type { OpenApiDocument, Operation } from "./operation.ts";
import { readDocument } from "./read-document.ts";
import { type SourceConnection, type SourceSpec, openConnection } from "./source-connection.ts";

/** Settings of an {@link OpenApiSource}. */
export interface OpenApiSourceOptions extends OpenApiOptions {
  /** Its name in events and stats. */
  readonly name: string;
}

type Access = ReturnType<typeof fillInAccess>;

/**
 * A source whose tools are the operations of an OpenAPI document. It reads the document once, when it starts, and holds no
 * connection until a tool is called.
 */
export class OpenApiSource implements ToolSource {
  readonly name: string;
  readonly #given: string | URL | object;
  readonly #options: OpenApiSourceOptions;
  readonly #closing = new AbortController();
  #state: SourceState = "starting";
  #label: string;
  #connection: SourceConnection | undefined;

  /** @throws TypeError when a setting is out of range. */
  constructor(given: string | URL | object, options: OpenApiSourceOptions) {
    checkOptions(options);
    this.name = options.name;
    this.#given = given;
    this.#options = options;
    this.#label = options.name;
  }

  async start(host: SourceHost): Promise<void> {
    const startedAt = host.clock.now();
    const access = fillInAccess(this.#options, process.env);
    const { document, isTrusted } = await this.#read(access);
    checkCredentials(access.auth, document.securitySchemes);
    const spec = specOf(document, {
      access,
      options: this.#options,
      isTrusted,
      given: this.#given,
    });
    const connection = await openConnection(spec);
    if (this.#state === "closed") return connection.agent.close();
    this.#connection = connection;
    this.#label = document.label;
    this.#state = "up";
    const { operations, problems } = callable(document, spec.policy);
    const tools = operations.map((operation) =>
      withSettings(
        toolOf(promised(operation, this.#options), spec, connection, document.label),
        this.#options,
      ),
    );
    const { credentials, schemes, headers } = spec;
    const missing = missingCredentials(operations, { credentials, schemes, headers });
    host.offer(tools, [...problems, ...missing]);
    const tookMs = host.clock.now() - startedAt;
    host.emit({ type: "source.started", at: host.clock.epoch(), source: this.name, tookMs });
  }

  stats(): Omit<SourceStats, "tools" | "problems"> {
    const state = this.#state;
    const agent = this.#connection?.agent;
    const connections =
      agent === undefined
        ? []
        : [{ state, running: agent.running, callsDone: agent.callsDone, restarts: 0 }];
    return {
      source: this.name,
      kind: "openapi",
      label: this.#label,
      state,
      restarts: 0,
      connections,
    };
  }

  async close(): Promise<void> {
    this.#state = "closed";
    this.#closing.abort(new ToolError("CALL_CANCELLED", `The source ${this.name} was closed.`));
    await this.#connection?.agent.close();
  }

  async #read(
    access: Access,
  ): Promise<{ readonly document: OpenApiDocument; readonly isTrusted: boolean }> {
    const entry = entryUrl(this.#given);
    const fetcher = new DocumentFetcher({
      entry,
      policy: this.#options,
      headers: access.headers,
      secrets: secretsOf(access, this.#options.headers),
      signal: this.#closing.signal,
    });
    try {
      const document = await readDocument(this.#given, this.#options, fetcher.fetchText);
      return { document, isTrusted: entry === undefined || (await fetcher.isPrivate()) };
    } finally {
      await fetcher.close();
    }
  }
}

interface SpecParts {
  readonly access: Access;
  readonly options: OpenApiSourceOptions;
  readonly isTrusted: boolean;
  readonly given: string | URL | object;
}

function specOf(document: OpenApiDocument, parts: SpecParts): SourceSpec {
  const { access, options, isTrusted } = parts;
  const { auth, headers } = access;
  const schemes = Object.values(document.securitySchemes);
  const tokenUrls = schemes.flatMap((scheme) =>
    scheme.kind === "clientCredentials" ? [scheme.tokenUrl] : [],
  );
  const servers = document.operations.map(({ plan }) => plan.baseUrl);
  const ownTokenUrls = Object.values(auth).flatMap((credential) =>
    "tokenUrl" in credential && credential.tokenUrl !== undefined ? [credential.tokenUrl] : [],
  );
  const ownServer = typeof options.server === "string" ? [options.server] : [];
  const facts = {
    named: [...new Set([...servers, ...tokenUrls])],
    given: [...ownTokenUrls, ...ownServer.filter((server) => URL.canParse(server))],
    isTrusted,
  };
  return {
    key: randomUUID(),
    policy: resolvePolicy(options, facts),
    headers,
    credentials: auth,
    schemes: document.securitySchemes,
    secrets: secretsOf(access, options.headers),
  };
}

/** Operations whose servers may be asked; the others become problems. */
function callable(
  { operations, problems }: OpenApiDocument,
  policy: ResolvedPolicy,
): { readonly operations: readonly Operation[]; readonly problems: readonly string[] } {
  const refused: string[] = [];
  const allowed = operations.filter(({ name, plan }) => {
    try {
      checkUrl(new URL(plan.baseUrl), policy);
      return true;
    } catch (thrown) {
      refused.push(
        `${name} (${plan.method} ${plan.path}) is left out: ${(thrown as Error).message}`,
      );
      return false;
    }
  });
  return { operations: allowed, problems: [...problems, ...refused] };
}

/** Users may know more of a server than its methods tell. */
function promised(operation: Operation, { annotations = {} }: OpenApiOptions): Operation {
  if (annotations.idempotent !== true && annotations.readOnly !== true) return operation;
  return { ...operation, plan: { ...operation.plan, isRepeatable: true } };
}

const FUNCTION_CREDENTIAL: ClosureReason = {
  what: "is let in by a function of this program, in its source's `auth`,",
  remedy: "Give its credentials as texts, `${NAME}` for environment variables",
};

function toolOf(
  { name, description, input, tags, plan }: Operation,
  source: SourceSpec,
  connection: SourceConnection,
  label: string,
): Tool {
  const caller = new OperationCaller(plan, connection);
  const origin: ToolOrigin = arePortable(source.credentials)
    ? { kind: "source", label, loader: LOADER_URL, spec: { source, plan } }
    : { kind: "closure", because: FUNCTION_CREDENTIAL };
  const tool = defineTool({
    name,
    description,
    input,
    tags,
    annotations: annotationsOf(plan.method),
    execute: (given: unknown, context) => caller.call(given, context),
  });
  return Object.freeze({ ...tool, origin });
}

const READING = new Set(["GET", "HEAD", "OPTIONS", "QUERY", "TRACE"]);

function annotationsOf(method: string): ToolAnnotations {
  if (READING.has(method)) return { readOnly: true, idempotent: true, openWorld: true };
  const isIdempotent = method === "PUT" || method === "DELETE";
  return {
    // The key is a header of the request, and whoever gives one counts on the server to know it.
    ...(isIdempotent ? { idempotent: true } : { idempotentWithKey: true }),
    ...(method === "DELETE" ? { destructive: true } : undefined),
    openWorld: true,
  };
}
