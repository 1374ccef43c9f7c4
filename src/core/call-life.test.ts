import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { SignalLife } from "./call-life.ts";
import { ToolError } from "./tool-error.ts";

const REASON = new ToolError("CALL_CANCELLED", "Enough.");

class Follower {
  readonly heard: unknown[] = [];
  followerSlot = -1;

  end(reason: unknown): void {
    this.heard.push(reason);
  }
}

describe("the life of a signal", () => {
  test("ends all that follow it, once, with its reason", () => {
    const controller = new AbortController();
    const life = new SignalLife(controller.signal);
    const followers = [new Follower(), new Follower(), new Follower()];
    for (const follower of followers) life.follow(follower);
    expect(life.reason).toBeUndefined();
    controller.abort(REASON);
    controller.abort(REASON);
    expect(followers.map(({ heard }) => heard)).toEqual([[REASON], [REASON], [REASON]]);
    expect(life.reason).toBe(REASON);
  });

  test("ends who comes later at once", () => {
    const controller = new AbortController();
    const life = new SignalLife(controller.signal);
    controller.abort(REASON);
    const late = new Follower();
    life.follow(late);
    expect(late.heard).toEqual([REASON]);
  });

  test("leaves alone who follows it no more, whoever came first", () => {
    const controller = new AbortController();
    const life = new SignalLife(controller.signal);
    const [first, second, third] = [new Follower(), new Follower(), new Follower()];
    for (const follower of [first, second, third]) life.follow(follower);
    life.unfollow(first);
    life.unfollow(third);
    controller.abort(REASON);
    expect([first, second, third].map(({ heard }) => heard)).toEqual([[], [REASON], []]);
  });

  test("can be followed again after everybody has left", () => {
    const controller = new AbortController();
    const life = new SignalLife(controller.signal);
    const [before, after] = [new Follower(), new Follower()];
    life.follow(before);
    life.unfollow(before);
    life.follow(after);
    controller.abort(REASON);
    expect([before.heard, after.heard]).toEqual([[], [REASON]]);
  });
});

test("a signal keeps no listener when nobody follows its life", () => {
  const { signal } = new AbortController();
  const life = new SignalLife(signal);
  const [first, second] = [new Follower(), new Follower()];
  life.follow(first);
  life.follow(second);
  life.unfollow(first);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  life.unfollow(second);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
