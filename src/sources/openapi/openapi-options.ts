import type { ToolSettings } from "../tool-settings.ts";

/**
 * A credential: a text (in which `${NAME}` and `${NAME:-default}` stand for environment variables), or a function that
 * is asked before a request needs it. With a function the tools cannot leave this process.
 */
export type Credential = string | (() => string | Promise<string>);

/** What to be let in with, by security scheme. */
export type OpenApiCredential =
  | { readonly bearer: Credential }
  | { readonly username: Credential; readonly password: Credential }
  | { readonly apiKey: Credential }
  | {
      readonly clientId: Credential;
      readonly clientSecret: Credential;
      /** Default: the document's. */
      readonly tokenUrl?: string | undefined;
      /** Default: the document's. */
      readonly scopes?: readonly string[] | undefined;
    };

/** Which operations to take. One must fit every field that is given; `*` stands for any characters. */
export interface OperationFilter {
  readonly tags?: readonly string[] | undefined;
  /** `/pets`, `/pets/*`. */
  readonly paths?: readonly string[] | undefined;
  /** In any case. */
  readonly methods?: readonly string[] | undefined;
  readonly operationIds?: readonly string[] | undefined;
}

/** Where requests may go, and how much may come back. */
export interface HttpPolicy {
  /**
   * Hosts that may be asked: `api.example.com`, `*.example.com`, `localhost:8080`. Default: the hosts of the servers that
   * are used, nothing else. A host that is named here with its exact name may have a private address.
   */
  readonly allowHosts?: readonly string[] | undefined;
  /**
   * Whether addresses of private networks, of this machine and link-local ones may be asked (server-side request
   * forgery). Default false, except when the document itself was given as an object or a file, or lies at such an address:
   * then the servers that it names at those addresses may be.
   */
  readonly allowPrivateAddresses?: boolean | undefined;
  /** Most redirects that are followed; only GET and HEAD are, and credentials stay with their host. Default 3. */
  readonly maxRedirects?: number | undefined;
  /** Most bytes of a response, after decompression. Beyond it the call fails with `OUTPUT_TOO_LARGE`. Default 10 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Most connections to one host. Default 64. */
  readonly connections?: number | undefined;
}

/** Settings of the tools of an OpenAPI document. */
export interface OpenApiOptions extends ToolSettings, HttpPolicy {
  /** Only these operations. Default: all that are not deprecated. */
  readonly include?: OperationFilter | undefined;
  /** Not these. */
  readonly exclude?: OperationFilter | undefined;
  /** Other names: from the name a tool would have to the one it gets. */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  /** Where the requests go: a URL, relative to the document's, or a number from 0 of the document's `servers`. Default 0. */
  readonly server?: string | number | undefined;
  /** Values of the server's variables. Default: the document's. */
  readonly serverVariables?: Readonly<Record<string, string>> | undefined;
  /** By the name of the security scheme in the document; `default` for every scheme it fits. */
  readonly auth?: Readonly<Record<string, OpenApiCredential>> | undefined;
  /** Sent with every request, and with the request for the document to the same host. `${NAME}` as in credentials. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}
