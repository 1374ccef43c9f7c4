/** In which ways a connection is tried, one after the other. */
import type { McpOptions, McpServerConfig } from "./mcp-options.ts";
import type { TransportKind } from "./open-transport.ts";

/** One way to connect. */
export interface ConnectionPlan {
  readonly kind: TransportKind;
  /** The SDK's mode of version negotiation. */
  readonly era: "legacy" | "auto" | { readonly pin: string };
}

/** The revision that `protocol: "modern"` asks for. */
const MODERN_REVISION = "2026-07-28";
/** Refusals that have to do with who asks, not with how. */
const NOT_FOR_WANT_OF_SUPPORT: ReadonlySet<number> = new Set([401, 403, 407, 408, 429]);

/** The ways to connect to a server, the likeliest first. */
export function connectionPlans(
  config: McpServerConfig,
  options: McpOptions,
): readonly ConnectionPlan[] {
  const { protocol } = options;
  const modern = { pin: MODERN_REVISION };
  if ("command" in config) {
    const stdio = (era: ConnectionPlan["era"]): ConnectionPlan => ({ kind: "stdio", era });
    if (protocol === "modern") return [stdio(modern)];
    // A server of the old era may exit when it is asked for anything before `initialize`.
    return protocol === "auto" ? [stdio("auto"), stdio("legacy")] : [stdio("legacy")];
  }
  const era = protocol === "modern" ? modern : (protocol ?? "auto");
  if (config.type === "sse")
    return [{ kind: "sse", era: protocol === "modern" ? modern : "legacy" }];
  const http: ConnectionPlan = { kind: "http", era };
  // SSE is of the old era alone.
  if (config.type !== undefined || protocol === "modern") return [http];
  return [http, { kind: "sse", era: "legacy" }];
}

/**
 * Whether the next plan is worth a try after one has failed.
 *
 * @param status - The HTTP status of the refusal, where there was one.
 * @param hasEnded - Whether the server has exited, or closed its pipes.
 */
export function isWorthAnother(
  plan: ConnectionPlan,
  failure: { readonly status: number | undefined; readonly hasEnded: boolean },
): boolean {
  const { status, hasEnded } = failure;
  if (plan.kind === "stdio") return hasEnded;
  return (
    status !== undefined && status >= 400 && status < 500 && !NOT_FOR_WANT_OF_SUPPORT.has(status)
  );
}
