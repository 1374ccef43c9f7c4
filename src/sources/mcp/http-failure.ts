/** A request over HTTP that got no whole response. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  /** Whether the server may have got it. */
  readonly wasSent: boolean;

  /** @param message - What the server did, after its name: "cannot be reached: connect ECONNREFUSED". */
  constructor(message: string, options: { readonly wasSent: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.wasSent = options.wasSent;
  }
}
