import type { LoadedFunction } from "../../core/tool.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { Clock } from "../../time/clock.ts";
import type { LinkFactory } from "./mcp-link-factory.ts";
import { makeRequest } from "./mcp-request.ts";
import { type McpServerSpec, type McpToolSpec, readLinkOptions } from "./mcp-server-spec.ts";
import type { LinkListener, ServerLink } from "./server-link.ts";

/** A link that several tools use. */
interface SharedLink {
  readonly link: ServerLink;
  /** Resolves when it is up or was not at once; undefined from then on. */
  starting: Promise<void> | undefined;
}

/** A worker tells nobody how its connections are; calls find out. */
const NOBODY: LinkListener = {
  onStarted: () => {},
  onLost: () => {},
  onRecovered: () => {},
  onToolsChanged: () => {},
};

/**
 * The links of one worker: one for each server, made when the first of its tools is called and kept until the worker
 * ends, which ends the link's processes. Tools of a source that is registered again in the same words find it there.
 */
export class SharedLinks {
  readonly #makeLink: LinkFactory;
  readonly #parts: Parameters<LinkFactory>[2];
  readonly #links = new Map<string, SharedLink>();

  constructor(makeLink: LinkFactory, clock: Clock, random: () => number) {
    this.#makeLink = makeLink;
    this.#parts = { clock, random, listener: NOBODY };
  }

  /**
   * The function of one tool. Its first call waits for the connection, within the time that the call has. Loading makes
   * none: workers load what was called elsewhere, and each would have a process of every server.
   */
  load({ server, request }: McpToolSpec): LoadedFunction {
    const key = JSON.stringify(server);
    return async (input, context) => {
      const shared = this.#linkTo(server, key);
      if (shared.starting !== undefined) await settledOr(shared.starting, context.signal);
      return makeRequest(shared.link, request, input, context);
    };
  }

  #linkTo(server: McpServerSpec, key: string): SharedLink {
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const link = this.#makeLink(server.config, readLinkOptions(server), this.#parts);
    const shared: SharedLink = { link, starting: undefined };
    shared.starting = started(shared);
    this.#links.set(key, shared);
    return shared;
  }
}

/** One that is not up goes on trying, and says of each call why it fails. */
async function started(shared: SharedLink): Promise<void> {
  await shared.link.start().catch(() => {});
  shared.starting = undefined;
}

/** Rejects with the signal's reason when it aborts before. */
function settledOr(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(ToolError.from(signal.reason, "The connection"));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    void work.then(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}
