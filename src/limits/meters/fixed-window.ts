/**
 * Starts or tokens, counted in windows of the calendar, as quotas per day are.
 *
 * Clocks may be set: it remembers what was taken in the last windows, so that a clock set back does not let anybody
 * have a window twice. A clock set back over more than {@link REMEMBERED} windows in use begins afresh.
 */
import type { RateStats } from "../../core/limit-stats.ts";
import type { Calendar, CalendarWindow } from "./calendar.ts";
import type { Meter, MeterReceipt } from "./meter.ts";
import { sumDown } from "./exact-sum.ts";
import { ServerCaps } from "./server-caps.ts";
import { wholeCost, wholeUse } from "./whole-amount.ts";

/** How far the time of day is ahead of the scheduler's clock: `now + ms` is in milliseconds since 1970. May change. */
export interface EpochOffset {
  ms: number;
}

/** What a {@link FixedWindow} is made with. */
export interface FixedWindowOptions {
  /** Most in a window. From 1, at most 10^12. */
  readonly limit: number;
  /** How long windows are as a rule, for people. */
  readonly perMs: number;
  readonly calendar: Calendar;
  /** Kept up to date by whoever drives the clock. */
  readonly offset: EpochOffset;
}

/** How many windows are remembered. */
const REMEMBERED = 128;

/** A receipt is the window's number, modulo this, and the amount. Both fit into 53 bits. */
const RECEIPT_WINDOWS = 2 ** 13;
const RECEIPT_AMOUNTS = 2 ** 40;

interface CountedWindow extends CalendarWindow {
  readonly number: number;
  used: number;
}

/**
 * Counts starts or tokens by the calendar; O(1) but at the beginning of a window.
 *
 * What begins in a later window than the one it was taken in counts in both. When that is full it may be too many
 * there; nobody knows beforehand what will still begin.
 */
export class FixedWindow implements Meter {
  readonly capacity: number;
  readonly #options: FixedWindowOptions;
  /** By their number, modulo {@link REMEMBERED}. */
  readonly #windows: CountedWindow[] = [];
  #windowCount = 0;
  #current: CountedWindow | undefined;
  /** When the current one ends on the scheduler's clock, as long as the offset is the one it was found with. */
  #endsAt = -Infinity;
  #offsetMs = Number.NaN;
  /** Receipts of what began in another window, and that window, until the next. */
  readonly #moved = new Map<MeterReceipt, CountedWindow>();
  #caps: ServerCaps | undefined;

  constructor(options: FixedWindowOptions) {
    this.capacity = Math.floor(options.limit);
    this.#options = options;
  }

  opensAt(now: number, cost: number): number {
    const amount = wholeCost(cost);
    const opensAt = this.#opensAt(now, amount);
    return this.#caps === undefined ? opensAt : Math.max(opensAt, this.#caps.opensAt(now, amount));
  }

  take(now: number, cost: number): MeterReceipt {
    const amount = wholeCost(cost);
    const window = this.#windowAt(now);
    window.used += amount;
    this.#caps?.take(amount);
    return (window.number % RECEIPT_WINDOWS) * RECEIPT_AMOUNTS + amount;
  }

  begin(receipt: MeterReceipt, now: number): void {
    const window = this.#windowAt(now);
    if (window.number % RECEIPT_WINDOWS === Math.floor(receipt / RECEIPT_AMOUNTS)) return;
    window.used += receipt % RECEIPT_AMOUNTS;
    this.#moved.set(receipt, window);
  }

  settle(receipt: MeterReceipt, used: number): void {
    const amount = wholeUse(used);
    const number = Math.floor(receipt / RECEIPT_AMOUNTS);
    const window = this.#windows[number % REMEMBERED];
    if (amount === undefined || window === undefined) return;
    if (window.number % RECEIPT_WINDOWS !== number) return;
    const debt = amount - (receipt % RECEIPT_AMOUNTS);
    window.used += debt;
    if (debt <= 0) return;
    // Of several with equal receipts nobody knows which began later, so only debts are counted there as well.
    const moved = this.#moved.get(receipt);
    if (moved !== undefined) moved.used += debt;
    this.#caps?.take(debt);
  }

  lower(remaining: number, forMs: number, now: number): void {
    if (!(remaining < this.#remaining(now)) || !(forMs > 0)) return;
    this.#caps ??= new ServerCaps();
    this.#caps.add(Math.max(0, Math.floor(remaining)), now + forMs);
  }

  stats(now: number): Omit<RateStats, "counts"> {
    const remaining = this.#remaining(now);
    return { kind: "fixed", limit: this.capacity, perMs: this.#options.perMs, remaining };
  }

  #opensAt(now: number, amount: number): number {
    if (amount > this.capacity) return Infinity;
    let window: CountedWindow | undefined = this.#windowAt(now);
    if (window.used + amount <= this.capacity) return now;
    let { endsAt } = window;
    // After the clock was set back, the next windows may have been used already.
    while ((window = this.#remembered(endsAt)) !== undefined) {
      if (window.used + amount <= this.capacity) break;
      endsAt = window.endsAt;
    }
    return endsAt - this.#offsetMs;
  }

  #remaining(now: number): number {
    const left = this.capacity - this.#windowAt(now).used;
    return this.#caps === undefined ? left : Math.min(left, this.#caps.left(now));
  }

  /** Ends are compared on the scheduler's clock, where times are finer and their difference to the offset is exact. */
  #windowAt(now: number): CountedWindow {
    const { ms } = this.#options.offset;
    if (this.#current !== undefined && now < this.#endsAt && ms === this.#offsetMs) {
      return this.#current;
    }
    const epochMs = sumDown(now, ms);
    const window = this.#remembered(epochMs) ?? this.#begin(epochMs);
    this.#current = window;
    this.#offsetMs = ms;
    this.#endsAt = window.endsAt - ms;
    return window;
  }

  #remembered(epochMs: number): CountedWindow | undefined {
    const isIn = ({ startsAt, endsAt }: CalendarWindow): boolean =>
      epochMs >= startsAt && epochMs < endsAt;
    if (this.#current !== undefined && isIn(this.#current)) return this.#current;
    return this.#windows.find(isIn);
  }

  #begin(epochMs: number): CountedWindow {
    const number = this.#windowCount;
    // One that nobody used need not be remembered.
    if (this.#current?.used === 0 && this.#current.number === number - 1) {
      return this.#place(this.#current.number, epochMs);
    }
    this.#windowCount += 1;
    this.#moved.clear();
    return this.#place(number, epochMs);
  }

  #place(number: number, epochMs: number): CountedWindow {
    const window = { ...this.#options.calendar(epochMs), number, used: 0 };
    this.#windows[number % REMEMBERED] = window;
    return window;
  }
}
