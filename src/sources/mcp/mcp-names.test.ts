import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chooseNames } from "./mcp-names.ts";

const LISTED = ["read_file", "write_file", "read.dir", "délete*file"];

const choose = (options: Parameters<typeof chooseNames>[2], extras: readonly string[] = []) => {
  const { tools, extras: more, problems } = chooseNames(LISTED, extras, options);
  return { tools: Object.fromEntries(tools), extras: Object.fromEntries(more), problems };
};
const taken = (options: Parameters<typeof chooseNames>[2]) => Object.keys(choose(options).tools);

test("without options every tool is taken under its own name", () => {
  expect(taken({})).toEqual(LISTED);
  expect(choose({}).problems).toEqual([]);
});

test("include and exclude take whole names, and `*` for any characters; exclude is stronger", () => {
  expect(taken({ include: ["read*"] })).toEqual(["read_file", "read.dir"]);
  expect(taken({ include: ["read*"], exclude: ["*.dir"] })).toEqual(["read_file"]);
  expect(taken({ include: ["read_file"] })).toEqual(["read_file"]);
  expect(taken({ exclude: ["*"] })).toEqual([]);
  expect(taken({ include: [] })).toEqual([]);
  expect(taken({ include: ["d*lete*file"] })).toEqual(["délete*file"]);
  expect(taken({ include: ["read_dir"] })).toEqual([]);
});

test("what fits no tool is a problem with the name that may be meant", () => {
  expect(choose({ include: ["read_fil", "x*"], exclude: ["wirte_file"] }).problems).toEqual([
    '`include`: the server has no tool "read_fil". Did you mean "read_file"?',
    '`include`: the server has no tool "x*".',
    '`exclude`: the server has no tool "wirte_file". Did you mean "write_file"?',
  ]);
  expect(choose({ rename: { readfile: "r" } }).problems).toEqual([
    '`rename`: the server has no tool "readfile". Did you mean "read_file"?',
  ]);
});

test("tools are renamed, also to the name of one that is renamed itself", () => {
  const rename = { read_file: "write_file", write_file: "read_file" };
  const { tools, problems } = choose({ include: ["*_file"], rename });
  expect(tools).toEqual({ read_file: "write_file", write_file: "read_file" });
  expect(problems).toEqual([]);
});

test("of two of one name that which was renamed to it counts", () => {
  const { tools, problems } = choose({ include: ["*_file"], rename: { write_file: "read_file" } });
  expect(tools).toEqual({ write_file: "read_file" });
  expect(problems).toEqual([
    '"read_file" is left out: "write_file" is called "read_file" here. Give one of them another name with `rename`.',
  ]);
});

test("extra tools are taken whatever is included, can be renamed, and give way to the server's", () => {
  const given = choose({ include: ["read_file"], rename: { get_it: "get" } }, [
    "get_it",
    "list_it",
  ]);
  expect(given).toEqual({
    tools: { read_file: "read_file" },
    extras: { get_it: "get", list_it: "list_it" },
    problems: [],
  });
  const hidden = choose({}, ["read_file"]);
  expect(hidden.extras).toEqual({});
  expect(hidden.problems).toHaveLength(1);
  expect(choose({ exclude: ["read_file"] }, ["read_file"]).extras).toEqual({
    read_file: "read_file",
  });
});

test("no two tools have the same name, and each that is chosen is there or a problem", () => {
  const name = fc.constantFrom("a", "b", "c", "d", "__proto__");
  const rename = fc
    .array(fc.tuple(name, name), { maxLength: 4 })
    .map((pairs) => Object.fromEntries(pairs) as Record<string, string>);
  fc.assert(
    fc.property(fc.uniqueArray(name), fc.uniqueArray(name), rename, (listed, extras, renaming) => {
      const { tools, extras: more, problems } = chooseNames(listed, extras, { rename: renaming });
      const here = [...tools.values(), ...more.values()];
      expect(new Set(here).size).toBe(here.length);
      const missing = listed.length + extras.length - here.length;
      const leftOut = problems.filter((problem) => problem.includes("left out")).length;
      expect(leftOut).toBe(missing);
    }),
  );
});

test("ten thousand tools and a thousand patterns are quick", () => {
  const listed = Array.from({ length: 10_000 }, (_, number) => `tool_${number}`);
  const include = listed.slice(0, 1_000);
  const { tools, problems } = chooseNames(listed, [], { include });
  expect([...tools.keys()]).toEqual(include);
  expect(problems).toEqual([]);
});
