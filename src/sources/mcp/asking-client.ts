/** A client that knows on whose behalf a server asks. Loaded where questions are answered at all. */
import { AsyncLocalStorage } from "node:async_hooks";
import { Client, type RequestOptions } from "@modelcontextprotocol/client";

/**
 * The SDK's client. In the new era a server asks by answering a request, and the SDK gives the question to a handler
 * without saying which request that was: it is kept here while the SDK has the questions answered.
 */
export class AskingClient extends Client {
  readonly #behalf = new AsyncLocalStorage<AbortSignal | undefined>();

  /** The signal of the request that is answered with the question whose handler asks this; undefined in the old era. */
  get behalf(): AbortSignal | undefined {
    return this.#behalf.getStore();
  }

  // The SDK exports no names for these types. Nothing of them is used but what is read here.
  protected override _resolveNonCompleteResult(decoded: never, flow: never): Promise<unknown> {
    const { options } = flow as { readonly options?: RequestOptions };
    return this.#behalf.run(options?.signal, () =>
      // oxlint-disable-next-line no-underscore-dangle -- the SDK's name for what subclasses may change
      super._resolveNonCompleteResult(decoded, flow),
    );
  }
}
