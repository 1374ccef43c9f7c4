import { describe, expect, test } from "vitest";
import { SchedulerStage } from "../../testing/scheduler-stage.ts";

const a = { name: "a" };
const b = { name: "b" };
const key = (input: readonly string[]): readonly string[] => input;

describe("tools that call each other crosswise", () => {
  test("with one slot each: the last to wait is refused, and the others go on", () => {
    const stage = new SchedulerStage({ a: { concurrency: 1 }, b: { concurrency: 1 } });
    const first = stage.ask({ tool: a });
    const second = stage.ask({ tool: b });
    const waiting = stage.ask({ tool: b, parent: first });
    expect(waiting.standing).toBe("waiting");
    const closing = stage.ask({ tool: a, parent: second });
    expect(closing.refusal).toMatchObject({ code: "QUEUE_FULL", details: { deadlock: true } });
    stage.release(second);
    expect(waiting.standing).toBe("running");
  });

  test("with a slot that somebody else gives back: they wait", () => {
    const stage = new SchedulerStage({ a: { concurrency: 2 }, b: { concurrency: 1 } });
    const first = stage.ask({ tool: a });
    const other = stage.ask({ tool: a });
    const second = stage.ask({ tool: b });
    stage.ask({ tool: b, parent: first });
    const nested = stage.ask({ tool: a, parent: second });
    expect(nested.standing).toBe("waiting");
    stage.release(other);
    expect(nested.standing).toBe("running");
  });

  test("with several children of one: those that wait for its only slot wait for each other's turn", () => {
    const stage = new SchedulerStage({ a: { concurrency: 1 } });
    const parent = stage.ask({ tool: a });
    const children = [1, 2, 3].map(() => stage.ask({ tool: a, parent }));
    expect(children.map(({ standing }) => standing)).toEqual(["running", "waiting", "waiting"]);
    for (const child of children) stage.release(child);
    expect(children.every(({ standing }) => standing === "over")).toBe(true);
  });

  test("for each other's keys: the last to wait is refused", () => {
    const stage = new SchedulerStage({ "*": { concurrency: 9, key } });
    const first = stage.ask({ input: ["k"] });
    const second = stage.ask({ input: ["l"] });
    const between = stage.ask({ input: ["l"] });
    const waiting = stage.ask({ input: ["l"], parent: first });
    expect(waiting.standing).toBe("waiting");
    const closing = stage.ask({ input: ["k"], parent: second });
    expect(closing.refusal).toMatchObject({ code: "QUEUE_FULL", details: { limit: "k" } });
    stage.release(second);
    stage.release(between);
    expect(waiting.standing).toBe("running");
  });

  test("for a key here and a slot there", () => {
    const stage = new SchedulerStage({ "*": { concurrency: 9, key }, b: { concurrency: 1 } });
    const first = stage.ask({ tool: a, input: ["k"] });
    const second = stage.ask({ tool: b, input: [] });
    expect(stage.ask({ tool: b, input: [], parent: first }).standing).toBe("waiting");
    expect(stage.ask({ tool: a, input: ["k"], parent: second }).refusal?.code).toBe("QUEUE_FULL");
  });
});
