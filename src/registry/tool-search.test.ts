import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineTool, type Tool } from "../core/tool.ts";
import { type CatalogRegisterOptions, ToolCatalog } from "./tool-catalog.ts";
import { type SearchOptions, ToolSearch } from "./tool-search.ts";

type Settings = Partial<Pick<Tool, "tags" | "input">>;

function tool(name: string, description: string, settings: Settings = {}): Tool {
  return defineTool({ name, description, input: {}, ...settings, execute: () => 1 });
}

function emptyCatalog(): ToolCatalog<undefined> {
  return new ToolCatalog({ bind: () => undefined, emit: () => {}, epoch: () => 0 });
}

const WEATHER = tool("getWeather", "Current temperature and rain for a city");
const ISSUE = tool("issues.create_issue", "Opens a ticket in a repository", {
  tags: ["tracker"],
  input: { properties: { assignee: { description: "Login of a colleague" } } },
});
const MESSAGE = tool("send_message", "Posts a text to a channel");

function searchOf(options: CatalogRegisterOptions = {}) {
  const catalog = emptyCatalog();
  catalog.register([WEATHER, ISSUE, MESSAGE], options);
  const search = new ToolSearch(catalog);
  const names = (query: string, how?: SearchOptions): string[] =>
    search.search(query, how).map(({ name }) => name);
  return { catalog, search, names };
}

describe("a tool is found", () => {
  test.each([
    ["by a word of its name", "weather", "getWeather"],
    ["by its name as one word", "getweather", "getWeather"],
    ["by a word of its description", "temperature", "getWeather"],
    ["by a tag", "tracker", "issues.create_issue"],
    ["by a parameter", "assignee", "issues.create_issue"],
    ["by the description of a parameter", "colleague", "issues.create_issue"],
    ["by the beginning of a word", "repo", "issues.create_issue"],
    ["by a word that is misspelt", "mesage", "send_message"],
    ["by a question", "What's the temperature in the city of Rome?", "getWeather"],
  ])("%s", (_by, query, name) => {
    expect(searchOf().names(query)).toEqual([name]);
  });

  test("with what a caller wants to know of it", () => {
    const { search } = searchOf({ namespace: "a", source: "docs", deferred: true });
    expect(search.search("tracker")).toEqual([
      {
        name: "a.issues.create_issue",
        score: expect.closeTo(2.1, 1) as number,
        description: "Opens a ticket in a repository",
        namespace: "a",
        source: "docs",
        tags: ["tracker"],
        enabled: true,
        deferred: true,
      },
    ]);
  });

  test("before others that have the word in a less telling place", () => {
    const { catalog, names } = searchOf();
    catalog.register([tool("other", "Sends the weather by letter"), tool("weather.map", "Draws")]);
    expect(names("weather")).toEqual(["weather.map", "getWeather", "other"]);
  });

  test("in the order of names where two are equally good", () => {
    const catalog = emptyCatalog();
    catalog.register(["b", "c", "a"].map((name) => tool(`${name}.zoom`, "Zooms")));
    expect(new ToolSearch(catalog).search("zoom").map(({ name }) => name)).toEqual([
      "a.zoom",
      "b.zoom",
      "c.zoom",
    ]);
  });
});

describe("a search", () => {
  test("finds at most 10, or as many as are asked for", () => {
    const catalog = emptyCatalog();
    catalog.register(Array.from({ length: 20 }, (_, each) => tool(`list_${each}`, "Lists")));
    const search = new ToolSearch(catalog);
    expect(search.search("list")).toHaveLength(10);
    expect(search.search("list", { limit: 3 })).toHaveLength(3);
    expect(search.search("list", { limit: Infinity })).toHaveLength(20);
  });

  test("keeps to tools that are switched on, unless its filter says otherwise", () => {
    const { catalog, names } = searchOf();
    catalog.disable("getWeather");
    expect(names("weather")).toEqual([]);
    expect(names("weather", { filter: { enabled: false } })).toEqual(["getWeather"]);
    expect(names("issue message", { filter: { names: ["send*"] } })).toEqual(["send_message"]);
    expect(names("issue message", { filter: { deferred: true } })).toEqual([]);
  });

  test("finds no tools of the registry itself", () => {
    expect(searchOf({ builtIn: true }).names("weather message issue")).toEqual([]);
  });

  test.each(["", " ?! ", "zzzzzz"])("for %j finds nothing", (query) => {
    expect(searchOf().names(query)).toEqual([]);
  });

  test.each<[unknown, SearchOptions, RegExp]>([
    [1, {}, /A query must be a text/],
    ["x", { limit: 0 }, /`limit` must be a whole number/],
    ["x", { limit: 1.5 }, /`limit`/],
  ])("for %j with %j is a TypeError", (query, options, message) => {
    expect(() => searchOf().search.search(query as string, options)).toThrow(message);
  });
});

describe("of very many tools, words that most have", () => {
  const catalog = emptyCatalog();
  catalog.register([
    tool("a", "Calls the service for rain"),
    tool("b", "Calls the service for snow"),
    tool("c", "Calls the service for snow"),
  ]);
  const names = (query: string, limit: number): string[] =>
    new ToolSearch(catalog, 2).search(query, { limit }).map(({ name }) => name);

  test("count for nothing when enough is found without them", () => {
    const search = new ToolSearch(catalog, 2);
    const [found] = search.search("service calls rain", { limit: 1 });
    expect(found).toEqual(search.search("rain", { limit: 1 })[0]);
    expect(names("service calls snow", 2)).toEqual(["b", "c"]);
  });

  test("are looked up all the same when there would be too little", () => {
    expect(names("service calls rain", 3)).toEqual(["a", "b", "c"]);
    expect(names("service unheard", 10)).toEqual(["a", "b", "c"]);
  });
});

test("the index follows the catalog", () => {
  const { catalog, names } = searchOf();
  expect(names("weather")).toEqual(["getWeather"]);
  catalog.unregister("getWeather");
  expect(names("weather")).toEqual([]);
  catalog.register([tool("send_message", "Tells the weather")], { replace: true });
  expect(names("weather")).toEqual(["send_message"]);
  expect(names("channel")).toEqual([]);
});

test("a tool of the registry itself is not found by the words of one that had its name before", () => {
  const { catalog, names } = searchOf();
  expect(names("weather")).toEqual(["getWeather"]);
  catalog.unregister("getWeather");
  catalog.register([WEATHER], { builtIn: true });
  expect(names("weather")).toEqual([]);
});

test("a word of a thousand letters is looked for as it is, for letters that may be wrong would cost too much", () => {
  const catalog = emptyCatalog();
  const long = "abcdefghij".repeat(100);
  catalog.register([tool("long", `${long}klm`), tool("other", `${long.replace("e", "x")}klm`)]);
  const found = new ToolSearch(catalog).search(`${long}k`);
  expect(found.map(({ name }) => name)).toEqual(["long"]);
});

test("after any changes it finds what an index made anew finds", () => {
  const word = fc.constantFrom("weather", "issue", "message", "createIssue", "city", "rain");
  const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
  const name = fc.constantFrom("a", "b", "c.weather", "d_issue", "e");
  const change = fc.oneof(
    fc.record({ kind: fc.constant("put"), name, text, tag: word }),
    fc.record({ kind: fc.constantFrom("remove", "disable", "search"), name }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), text, (changes, query) => {
      const catalog = emptyCatalog();
      const kept = new ToolSearch(catalog);
      for (const each of changes) {
        if ("text" in each) {
          const given = tool(each.name, each.text, { tags: [each.tag] });
          catalog.register([given], { replace: true });
        } else if (each.kind === "remove") catalog.unregister(each.name);
        else if (each.kind === "search") kept.search(each.name);
        else if (catalog.peek(each.name) !== undefined) catalog.disable(each.name);
      }
      const expected = new ToolSearch(catalog).search(query);
      const found = kept.search(query);
      expect(found.map((match) => match.name)).toEqual(expected.map((match) => match.name));
      for (const [place, { score }] of found.entries())
        expect(score).toBeCloseTo(expected[place]?.score ?? 0, 4);
    }),
  );
});
