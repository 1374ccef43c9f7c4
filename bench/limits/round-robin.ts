import type { Lane, Run } from "./lanes.ts";

/**
 * The tenants in turn, a call each: what is fair when all calls cost the same and all tenants count the same. Written
 * here because no package offers it.
 */
export function roundRobinLane(concurrency: number): Lane {
  const open = (): Run => {
    const turns = new Turns(concurrency);
    return async (work, asked) => {
      await turns.enter(asked?.tenant ?? "");
      try {
        return await work();
      } finally {
        turns.leave();
      }
    };
  };
  return { title: "round robin", isOurs: false, open };
}

class Turns {
  /** In the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #free: number;

  constructor(concurrency: number) {
    this.#free = concurrency;
  }

  enter(tenant: string): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    return new Promise((resolve) => {
      const line = this.#waiting.get(tenant);
      if (line === undefined) this.#waiting.set(tenant, [resolve]);
      else line.push(resolve);
    });
  }

  leave(): void {
    const [tenant, line] = this.#waiting.entries().next().value ?? [];
    const next = line?.shift();
    if (tenant === undefined || line === undefined || next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(tenant);
    if (line.length > 0) this.#waiting.set(tenant, line);
    next();
  }
}
