import { expect, test } from "vitest";
import { VirtualClock } from "../../testing/virtual-clock.ts";
import { GatheredNews } from "./gathered-news.ts";

function newsroom(): { clock: VirtualClock; news: GatheredNews; toldAt: number[] } {
  const clock = new VirtualClock();
  const toldAt: number[] = [];
  const news = new GatheredNews(clock, () => toldAt.push(clock.now()));
  return { clock, news, toldAt };
}

test("a burst of news is told once, 20 ms after the first", async () => {
  const { clock, news, toldAt } = newsroom();
  for (let count = 0; count < 100; count += 1) news.heard();
  await clock.advance(19);
  news.heard();
  expect(toldAt).toEqual([]);
  await clock.advance(1_000);
  expect(toldAt).toEqual([20]);
});

test("news that never stop are told all the same, every 20 ms at most", async () => {
  const { clock, news, toldAt } = newsroom();
  for (let at = 0; at < 100; at += 5) {
    news.heard();
    await clock.advance(5);
  }
  expect(toldAt).toEqual([20, 40, 60, 80, 100]);
});

test("what is heard while news are told, or after, is told again", async () => {
  const clock = new VirtualClock();
  const toldAt: number[] = [];
  const news = new GatheredNews(clock, () => {
    if (toldAt.push(clock.now()) === 1) news.heard();
  });
  news.heard();
  await clock.advance(40);
  news.heard();
  await clock.advance(1_000);
  expect(toldAt).toEqual([20, 40, 60]);
});

test("what is forgotten is not told; what is heard later is", async () => {
  const { clock, news, toldAt } = newsroom();
  news.heard();
  await clock.advance(10);
  news.forget();
  await clock.advance(100);
  expect(toldAt).toEqual([]);
  news.heard();
  await clock.advance(100);
  expect(toldAt).toEqual([130]);
});
