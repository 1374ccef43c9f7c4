import type { Table } from "../pools/table.ts";

/** Settings of all sections. */
export interface LimitSectionSettings {
  readonly rounds: number;
  /** Calls that are queued at most. */
  readonly calls: number;
  readonly seed: number;
  readonly onTurn: (turn: string) => void;
}

/** Measures one thing from several sides. */
export type LimitSection = (settings: LimitSectionSettings) => Promise<readonly Table[]>;
