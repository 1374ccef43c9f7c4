import { expect, test } from "vitest";
import { queryTerms, searchTerms } from "./tool-search-terms.ts";

test.each([
  ["getWeather", ["get", "weather", "getweather"]],
  ["math.add_two-numbers", ["math", "add", "two", "numbers"]],
  ["parseHTTPResponse", ["parse", "http", "response", "parsehttpresponse"]],
  ["s3Upload v2", ["s3", "upload", "s3upload", "v2"]],
  ["Größe ändern", ["große", "andern"]],
  ["CAFE\u0301 caf\u00e9", ["cafe", "cafe"]],
  ["ガイド 가나 ＡＰＩ", ["ガイド", "가나", "api"]],
  ["天气预报 api", ["天气", "预报", "api"]],
  ["?! — ", []],
])("%j is made of the words %j", (text, terms) => {
  expect(searchTerms(text)).toEqual(terms);
});

test.each([
  ["What is the weather in Paris?", ["weather", "paris"]],
  ["use the tool", ["use", "the", "tool"]],
  ["add add", ["add"]],
  ["", []],
])("the query %j asks for %j", (query, terms) => {
  expect(queryTerms(query)).toEqual(terms);
});

test("of a page that is passed as a query 32 words are looked up", () => {
  const page = Array.from({ length: 500 }, (_, each) => `word${each}`).join(" ");
  expect(queryTerms(page)).toHaveLength(32);
});

test("of a word without an end as much is read as a query may have", () => {
  expect(queryTerms("a".repeat(1_000_000))).toEqual(["a".repeat(10_000)]);
});
