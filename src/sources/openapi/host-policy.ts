/** Where requests may go: which hosts, and which of them at private addresses. */
import { ToolError } from "../../core/tool-error.ts";
import { addressOf, isPrivateAddress } from "./address-class.ts";
import type { HttpPolicy } from "./openapi-options.ts";

/** A policy with every default filled in; JSON alone, for it goes to workers. */
export interface ResolvedPolicy {
  /** Patterns as in `allowHosts`, in lower case. */
  readonly allowHosts: readonly string[];
  /** Those of them that may have a private address; `*` for all. */
  readonly privateHosts: readonly string[];
  readonly maxRedirects: number;
  /** Bytes. */
  readonly maxResponseBytes: number;
  /** To one host. */
  readonly connections: number;
}

/** What a policy is resolved from besides the settings. */
export interface PolicyFacts {
  /** URLs that the document names and that are used: its servers, where its tokens come from. */
  readonly named: readonly string[];
  /** URLs that the settings name: the document's own, a server, a token URL given by hand. */
  readonly given: readonly string[];
  /** Whether the document may name private addresses: it was given by hand, or lies at one. */
  readonly isTrusted: boolean;
}

const MIB = 1024 * 1024;

/** A policy with its defaults. What `given` names is always allowed, at any address: somebody wrote it down. */
export function resolvePolicy(policy: HttpPolicy, facts: PolicyFacts): ResolvedPolicy {
  const { allowHosts, allowPrivateAddresses } = policy;
  const named = facts.named.flatMap(hostOf);
  const given = facts.given.flatMap(hostOf);
  const listed = (allowHosts ?? named).map((host) => host.toLowerCase());
  const exact = allowHosts === undefined ? [] : listed.filter((host) => !host.includes("*"));
  const isTrusted = allowPrivateAddresses ?? facts.isTrusted;
  return {
    allowHosts: [...new Set([...listed, ...given])],
    privateHosts:
      allowPrivateAddresses === true
        ? ["*"]
        : [...new Set([...exact, ...given, ...(isTrusted ? named : [])])],
    maxRedirects: policy.maxRedirects ?? 3,
    maxResponseBytes: policy.maxResponseBytes ?? 10 * MIB,
    connections: policy.connections ?? 64,
  };
}

/**
 * Checks that a URL may be asked, as far as its text tells; what a name stands for is checked when it is looked up.
 *
 * @throws ToolError `PERMISSION_DENIED` that names the host and what to set.
 */
export function checkUrl(url: URL, policy: ResolvedPolicy): void {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refusal(`Only http and https are spoken, and not ${url.protocol}`, url.host);
  }
  if (!policy.allowHosts.some((pattern) => fitsHost(pattern, url))) {
    const message = `The host ${url.host} may not be asked. Name it in \`allowHosts\` if it should be.`;
    throw refusal(message, url.host);
  }
  const address = addressOf(url.hostname);
  if (address !== undefined && isPrivateAddress(address) && !mayBePrivate(url, policy)) {
    throw privateRefusal(url.host);
  }
}

/** Whether a host may have a private address. */
export function mayBePrivate(url: URL, policy: ResolvedPolicy): boolean {
  return policy.privateHosts.some((pattern) => pattern === "*" || fitsHost(pattern, url));
}

/** The error of a host that stands for a private address. */
export function privateRefusal(host: string): ToolError {
  const message =
    `The host ${host} has a private address and is not asked. ` +
    "Name it in `allowHosts`, or set `allowPrivateAddresses`, if it should be.";
  return refusal(message, host);
}

/**
 * Whether a URL's host fits a pattern: `api.example.com` at any port, `localhost:8080` at that port, `*.example.com` for
 * every name below it.
 */
export function fitsHost(pattern: string, url: URL): boolean {
  const [, name = pattern, port] = /^(.*?)(?::(\d+))?$/.exec(withoutBrackets(pattern)) ?? [];
  if (port !== undefined && port !== (url.port || DEFAULT_PORTS[url.protocol])) return false;
  const host = plainName(withoutBrackets(url.hostname));
  const wanted = plainName(name.replaceAll("|", ":"));
  return wanted.startsWith("*.")
    ? host.length >= wanted.length && host.endsWith(wanted.slice(1))
    : host.replaceAll("|", ":") === wanted;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** Colons within brackets become bars, so that the one before a port is the only colon. */
function withoutBrackets(host: string): string {
  return host.replace(/\[([^\]]*)\]/, (_, inside: string) => inside.replaceAll(":", "|"));
}

/** A name with a dot at its end is the same host. */
function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

function hostOf(address: string): readonly string[] {
  const url = URL.parse(address);
  if (url === null || url.host === "") return [];
  return [`${url.hostname}:${url.port || (DEFAULT_PORTS[url.protocol] ?? "80")}`];
}

function refusal(message: string, host: string): ToolError {
  return new ToolError("PERMISSION_DENIED", message, { details: { host } });
}
