import { sep } from "node:path";
import { describe, expect, test } from "vitest";
import type { GrantedRights } from "./granted-rights.ts";
import { hasPermissionFlag, permissionFlags, withoutPermissionFlags } from "./permission-flags.ts";

const NO_RIGHTS: GrantedRights = {
  fsRead: [],
  fsWrite: [],
  net: false,
  childProcess: false,
  worker: false,
  addons: false,
  wasi: false,
};

const flagsOf = (rights: Partial<GrantedRights>, withholdsNetwork = true): readonly string[] =>
  permissionFlags({ ...NO_RIGHTS, ...rights }, withholdsNetwork);

describe("the flags for rights", () => {
  test("turn the model on, and let a worker with no rights read its own files alone", () => {
    const [first, ...others] = flagsOf({});
    expect(first).toBe("--permission");
    expect(others.length).toBeGreaterThan(0);
    for (const flag of others)
      expect(flag).toMatch(/^--allow-fs-read=.*(src|package\.json|devalue)/);
  });

  test("name a folder and what is in it, also when it is still to be made", () => {
    const own = flagsOf({});
    expect(flagsOf({ fsWrite: [`${sep}out`, sep] }).slice(own.length)).toEqual([
      `--allow-fs-write=${sep}out`,
      `--allow-fs-write=${sep}out${sep}*`,
      `--allow-fs-write=${sep}`,
      `--allow-fs-write=${sep}*`,
    ]);
    expect(flagsOf({ fsRead: ["/data"] })).toContain("--allow-fs-read=/data");
  });

  test("say every file where that is the right", () => {
    expect(flagsOf({ fsRead: true, fsWrite: true })).toEqual([
      "--permission",
      "--allow-fs-read=*",
      "--allow-fs-write=*",
    ]);
  });

  test.each<[Partial<GrantedRights>, string]>([
    [{ net: true }, "--allow-net"],
    [{ childProcess: true }, "--allow-child-process"],
    [{ worker: true }, "--allow-worker"],
    [{ addons: true }, "--allow-addons"],
    [{ wasi: true }, "--allow-wasi"],
  ])("for %j have %s, and without it have not", (rights, flag) => {
    expect(flagsOf(rights)).toContain(flag);
    expect(flagsOf({})).not.toContain(flag);
  });

  test("leave the network out for a Node that cannot withhold it, which does not know the flag", () => {
    expect(flagsOf({ net: true }, false)).not.toContain("--allow-net");
  });
});

test.each<[readonly string[], readonly string[]]>([
  [["--permission", "--allow-fs-read=/", "--conditions=x"], ["--conditions=x"]],
  [
    ["--allow-fs-read", "/", "--import", "./hook.js"],
    ["--import", "./hook.js"],
  ],
  [["--no-permission", "--experimental-permission", "--no-allow-net"], []],
  [
    ["--stack-size=900", "--no-warnings"],
    ["--stack-size=900", "--no-warnings"],
  ],
])("of %j there remain %j", (flags, kept) => {
  expect(withoutPermissionFlags(flags)).toEqual(kept);
});

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ["", false],
  ["--no-warnings --import ./allow-all.js", false],
  ["--no-warnings  --allow-fs-read=*", true],
  ['"--allow-fs-read=/a b"', true],
  ["--no-permission", true],
])("NODE_OPTIONS=%j has flags of the permission model: %s", (text, expected) => {
  expect(hasPermissionFlag(text)).toBe(expected);
});
