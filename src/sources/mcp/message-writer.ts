/** Where messages go, one at a time. */
export interface MessageWriter {
  /** Sends one. @throws NotSent when there is nobody to read it. */
  write(message: unknown): void;
}
