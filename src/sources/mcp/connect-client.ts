/** Connects the SDK's client to a server, in whichever way works. */
import type * as Sdk from "@modelcontextprotocol/client";
import type { Clock } from "../../time/clock.ts";
import { type ConnectionLoss, unavailable } from "./connection-loss.ts";
import { type ConnectionPlan, connectionPlans, isWorthAnother } from "./connection-plan.ts";
import type { McpOptions, McpServerConfig } from "./mcp-options.ts";
import { type OpenTransport, openTransport } from "./open-transport.ts";
import { FailureReader } from "./request-failure.ts";
import { makeClient, type ServerQuestions } from "./server-questions.ts";
import type { HiddenTexts } from "../hidden-texts.ts";

/** The longest that the SDK's own timers can be told to wait: the deadlines of calls are kept elsewhere. */
export const NEVER_MS: number = 2 ** 31 - 1;

/** Which server is connected to, and how. */
export interface ServerParts {
  readonly name: string;
  readonly config: McpServerConfig;
  readonly options: McpOptions;
  readonly clock: Clock;
  readonly secrets: HiddenTexts;
}

/** A client and what it speaks through. */
export interface OpenClient {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.Client;
  /** Undefined where nobody is there to answer any. */
  readonly questions?: ServerQuestions;
  readonly open: OpenTransport;
  readonly failures: FailureReader;
}

/**
 * Connects. Rejects with `SOURCE_UNAVAILABLE`.
 *
 * @param adopt - Told of each client before it is connected: from then on it can be ended. Throws when it is too late.
 */
export async function connectClient(
  parts: ServerParts,
  adopt: (made: OpenClient) => void,
): Promise<void> {
  const sdk = await import("@modelcontextprotocol/client");
  const failures = new FailureReader(sdk, parts.name, (text) => parts.secrets.hideIn(text));
  const plans = connectionPlans(parts.config, parts.options);
  for (const [index, plan] of plans.entries()) {
    const made = await makeClient(sdk, parts, plan.era);
    const open = await openTransport(parts.config, plan.kind, parts);
    try {
      adopt({ sdk, ...made, open, failures });
      await made.client.connect(open.transport, { timeout: NEVER_MS });
      return;
    } catch (thrown) {
      const isLast = index === plans.length - 1;
      if (isLast || !mayGoOn(plan, open, failures.statusOf(thrown)))
        throw unavailable(
          parts.name,
          open.loss() ?? failures.connectionLoss(thrown),
          open.stderr?.text,
        );
      await open.destroy().catch(() => {});
    }
  }
}

function mayGoOn(plan: ConnectionPlan, open: OpenTransport, status: number | undefined): boolean {
  const loss: ConnectionLoss | undefined = open.loss();
  // A command that is not there is not there the second time either.
  return isWorthAnother(plan, { status, hasEnded: loss !== undefined && loss.retryable !== false });
}
