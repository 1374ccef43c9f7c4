/** Something the person at the keyboard can mend: exit code 2, one line, and what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** What to do about it, as a sentence; empty when the message says so. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
