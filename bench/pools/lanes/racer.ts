import type { AddBatch } from "../adds.ts";

/** Somebody who answers batches of additions. */
export interface Racer {
  readonly title: string;
  readonly isOurs: boolean;
  start(): Promise<{
    answer(batch: AddBatch): Promise<readonly unknown[]>;
    close(): Promise<void>;
  }>;
}
