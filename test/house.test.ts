/**
 * The house rules, checked. A room imports from floors below it, never from its own floor or above;
 * type-only imports count. Doors are the files in `src/`, and only they are exported.
 */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";

const FLOORS = [
  ["core"],
  ["time", "schema", "redis", "processes"],
  ["registry", "sources", "limits", "executors", "memory", "formats", "telemetry", "journal"],
  ["runtime", "agents", "plans"],
  ["config", "server", "frameworks"],
  ["cli"],
];
const FORBIDDEN_NAMES = /\/(utils?|helpers?|common|shared|types|interfaces|misc)\.ts$/;

const floors = new Map(
  FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)),
);
const roomOf = (file: string): string => file.split("/")[1] ?? "";
const floorOf = (file: string, unknown: number): number => floors.get(roomOf(file)) ?? unknown;
const list = (pattern: string): string[] =>
  globSync(pattern).map((file) => file.replaceAll("\\", "/"));

const isTest = (file: string): boolean => /\.test(-d)?\.ts$|^src\/testing\//.test(file);
const files = list("src/*/**/*.ts").filter((file) => !isTest(file));
const IMPORT = /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g;
const imports = files.flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, specifier = ""]) => ({
    file,
    specifier,
    target: posix.join(posix.dirname(file), specifier),
  })),
);
const relative = imports.filter(({ specifier }) => specifier.startsWith("."));

test("every room is on a floor and has no index file", () => {
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => floorOf(file, -1) < 0 || file.endsWith("/index.ts"))).toEqual([]);
});

test("imports go down the stairs only", () => {
  expect(relative.length).toBeGreaterThan(100);
  const away = relative.filter(({ file, target }) => roomOf(file) !== roomOf(target));
  const climbs = away.filter(({ file, target }) => floorOf(target, Infinity) >= floorOf(file, -1));
  expect(climbs).toEqual([]);
});

test("core imports nothing from outside, not even node:", () => {
  const inCore = imports.filter(({ file }) => roomOf(file) === "core");
  expect(inCore.length).toBeGreaterThan(5);
  expect(inCore.filter(({ target }) => roomOf(target) !== "core")).toEqual([]);
});

test("what runs inside a worker imports core only", () => {
  const inside = relative.filter(({ file }) => file.startsWith("src/executors/worker/"));
  expect(inside.length).toBeGreaterThan(10);
  const strays = inside.filter(({ target }) => !/^src\/(core|executors\/worker)\//.test(target));
  expect(strays).toEqual([]);
});

test("the exported doors are the files in src, and doors only re-export", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { exports: object };
  const exported = Object.keys(manifest.exports).filter((door) => door !== "./package.json");
  const doors = list("src/*.ts");
  const names = doors.map((file) => `./${posix.basename(file, ".ts")}`.replace(/\/index$/, ""));
  expect(exported.toSorted()).toEqual(names.toSorted());
  for (const door of doors) {
    const statements = readFileSync(door, "utf8").replaceAll(
      /export (type )?\{[^}]*\} from "[^"]+";/g,
      "",
    );
    expect(statements.trim(), door).toBe("");
  }
});

test("no drawer for leftovers", () => {
  expect(files.filter((file) => FORBIDDEN_NAMES.test(file))).toEqual([]);
});

test("heavy libraries are loaded when used: the root door imports none at once", () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8").replaceAll(/^\s*(import|export) type [^;]*;/gm, "");
    for (const [, specifier = ""] of text.matchAll(/^(?:import|export)\s[^;]*?from "([^"]+)";/gm)) {
      if (specifier.startsWith(".")) visit(posix.join(posix.dirname(file), specifier));
      else if (!specifier.startsWith("node:")) packages.add(specifier);
    }
  };
  visit("src/index.ts");
  expect(seen.size).toBeGreaterThan(40);
  expect([...packages]).toEqual([]);
});
