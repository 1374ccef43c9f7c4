import { describe, expect, test } from "vitest";
import { type Paint, plain } from "../palette.ts";
import { type Bar, EVENT_LOOP, NOT_BEGUN, type Outcome } from "./bar.ts";
import { drawTimeline } from "./timeline.ts";

interface Placed {
  readonly lane?: string;
  readonly label?: string;
  readonly outcome?: Outcome;
}

function bar(startMs: number, endMs: number, { lane, label, outcome }: Placed = {}): Bar {
  return {
    lane: lane ?? "thread-1",
    startMs,
    endMs,
    label: label ?? "slow",
    outcome: outcome ?? "ok",
  };
}

function draw(bars: readonly Bar[], width = 63): string[] {
  return drawTimeline(bars, { width, paint: plain, maxRows: 3 }).split("\n").slice(0, -1);
}

const tags: Paint = (style, text) => `<${style}>${text}</${style}>`;

describe("drawTimeline", () => {
  test("draws nothing for no bars", () => {
    expect(drawTimeline([], { width: 80, paint: plain })).toBe("");
  });

  test("shows each lane's calls where they ran, with names, counts and the share of time at work", () => {
    const lines = draw(
      [
        bar(0, 40, { lane: "process-2", label: "risky.crash", outcome: "failed" }),
        bar(0, 20, { label: "primes.count" }),
        bar(20, 30, { label: "a" }),
        bar(0, 40, { lane: "process-10", label: "risky.loop_forever", outcome: "timed-out" }),
        bar(10, 40, { lane: EVENT_LOOP, label: "slow.reply", outcome: "cancelled" }),
      ],
      65,
    );

    expect(lines).toEqual([
      "            0 ms      10        20        30          calls  busy",
      "event loop            ┣· slow.reply ···············┫      1   75%",
      "thread-1    ┣━ primes.count ━━━┫┣━ a ━━━━┫                2   75%",
      "process-2   ┣× risky.crash ××××××××××××××××××××××××┫      1  100%",
      "process-10  ┣~ risky.loop_forever ~~~~~~~~~~~~~~~~~┫      1  100%",
      "┣━┫ ok   ┣×┫ failed   ┣~┫ timed out   ┣·┫ cancelled",
    ]);
  });

  test("puts calls of a lane that ran at once into rows of their own", () => {
    const lines = draw([bar(0, 20), bar(10, 30), bar(20, 40), bar(30, 40)]);

    expect(lines.slice(1, 3)).toEqual([
      "thread-1  ┣━ slow ━━━━━━━━━━━┫┣━ slow ━━━━━━━━━━━┫      4  100%",
      "                    ┣━ slow ━━━━━━━━━━━┫┣━ slow ━┫",
    ]);
  });

  test("counts the calls for which a lane has no more rows, higher where more ran", () => {
    const lines = draw([0, 0, 0, 0, 0, 20].map((startMs) => bar(startMs, 40)));

    expect(lines.slice(4)).toEqual([
      "+3 more   ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆████████████████████",
      "┣━┫ ok   ▁–█ how many at once",
    ]);
  });

  test("says how many begin in a place that is too small for all of them", () => {
    const lines = draw([bar(0, 0.1), bar(0.1, 0.2), bar(0.2, 0.3), bar(10, 40)]);

    expect(lines.slice(1)).toEqual([
      "thread-1  3         ┣━ slow ━━━━━━━━━━━━━━━━━━━━━┫      4   76%",
      "┣━┫ ok   2–9 so many begin there",
    ]);
  });

  test("shows a plus where more begin than a digit can say", () => {
    const lines = draw([...Array.from({ length: 10 }, () => bar(0, 0.1)), bar(0.1, 40)]);

    expect(lines.slice(1)).toEqual([
      "thread-1  +━ slow ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┫     11  100%",
      "┣━┫ ok   2–9 so many begin there   + more than 9 do",
    ]);
  });

  test("draws hundreds of thousands of calls", () => {
    const bars = Array.from({ length: 300_000 }, (_, place) => bar(place, place + 1));
    expect(draw(bars)[1]).toMatch(/^thread-1 +\++ +300000 +100%$/u);
  });

  test("gives calls that never began a lane without work", () => {
    const lines = draw(
      [
        bar(0, 40),
        bar(0, 0, { lane: NOT_BEGUN, outcome: "failed" }),
        bar(20, 20, { lane: NOT_BEGUN, outcome: "cancelled" }),
      ],
      64,
    );

    expect(lines[2]).toBe("not begun  ×                   ·                         2    0%");
  });

  test("names a call by the last part of its name where the whole has no room, then not at all", () => {
    const lines = draw([
      bar(0, 20, { label: "a_long_namespace.count" }),
      bar(20, 26, { label: "a_long_namespace.count" }),
      bar(26, 40),
    ]);

    expect(lines[1]).toBe("thread-1  ┣━ count ━━━━━━━━━━┫┣━━━━┫┣━ slow ━━━━━┫      3  100%");
  });

  test("takes no more columns than it is given, whatever the bars", () => {
    const outcomes: Outcome[] = ["ok", "failed", "timed-out", "cancelled"];
    const bars = Array.from({ length: 500 }, (_, place) =>
      bar((place * 7) % 300, ((place * 7) % 300) + place, {
        lane: `thread-${place % 5}`,
        outcome: outcomes[place % 4] ?? "ok",
      }),
    );

    for (const width of [40, 60, 100, 213]) {
      expect(Math.max(...draw(bars, width).map((line) => line.length))).toBe(width);
    }
  });

  test("draws a run of no measurable length", () => {
    expect(draw([bar(0, 0)])[1]).toContain("thread-1  ┃");
  });

  test("paints bars by outcome, and a crowded place by the worst in it", () => {
    const drawn = drawTimeline(
      [bar(0, 0.1, { outcome: "failed" }), bar(0.1, 0.2), bar(10, 40, { outcome: "timed-out" })],
      { width: 63, paint: tags },
    );

    expect(drawn.split("\n")[1]).toContain(
      "<red>2</red>         <yellow>┣~ slow ~~~~~~~~~~~~~~~~~~~~~┫</yellow>",
    );
  });
});
