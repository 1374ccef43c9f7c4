import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { ToolPermissions } from "../../core/permissions.ts";
import { exactPaths, grantRights, rightsKey } from "./granted-rights.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "rights-")));
const project = join(folder, "project");
const module = join(project, "tools", "tools.ts");
const moduleUrl = pathToFileURL(module).href;
mkdirSync(join(project, "tools"), { recursive: true });
writeFileSync(join(project, "package.json"), "{}");
writeFileSync(module, "");
writeFileSync(join(project, "tools", "more.ts"), "");
afterAll(() => rmSync(folder, { recursive: true }));

const grant = (permissions: ToolPermissions): ReturnType<typeof grantRights> =>
  grantRights(permissions, moduleUrl);
const key = (permissions: ToolPermissions, url: string = moduleUrl): string =>
  rightsKey(grantRights(permissions, url));

test("no permissions are: its module, the manifest beside it, and the network", () => {
  expect(grant({})).toEqual({
    fsRead: [join(project, "package.json"), module],
    fsWrite: [],
    net: true,
    childProcess: false,
    worker: false,
    addons: false,
    wasi: false,
  });
});

test("a module's query is no part of its file", () => {
  expect(grantRights({}, `${moduleUrl}?copy=2#x`)).toEqual(grant({}));
});

test("every file is every file, and false is none", () => {
  expect(grant({ fsRead: true, fsWrite: true })).toMatchObject({ fsRead: true, fsWrite: true });
  expect(grant({ fsRead: false, fsWrite: false })).toEqual(grant({}));
});

test("paths are absolute, in order, each once, and none lies in another", () => {
  expect(exactPaths(["/b/c", "a", "/b", "/b/", "/b/./c/d", "/bc", resolve("a")])).toEqual(
    [resolve("a"), "/b", "/bc"].toSorted(),
  );
  expect(exactPaths(["/a", "/"])).toEqual(["/"]);
});

test("a path through a link is there under its real name too", () => {
  const link = join(folder, "link");
  symlinkSync(project, link);
  expect(exactPaths([join(link, "tools")])).toEqual([join(link, "tools"), join(project, "tools")]);
});

test("this package is among the files where the module finds it by a link", () => {
  const modules = join(project, "node_modules");
  mkdirSync(modules);
  symlinkSync(resolve("."), join(modules, "toolyard"));
  expect(grant({}).fsRead).toContain(join(modules, "toolyard"));
  rmSync(modules, { recursive: true });
  mkdirSync(join(modules, "toolyard"), { recursive: true });
  expect(grant({}).fsRead).not.toContain(join(modules, "toolyard"));
});

test("equal rights have one key, however they are written, and others another", () => {
  const more = pathToFileURL(join(project, "tools", "more.ts")).href;
  expect(key({ fsRead: [project, join(project, "tools")], net: true })).toBe(
    key({ fsRead: [`${project}/`], wasi: false }, more),
  );
  expect(key({})).not.toBe(key({}, more));
  expect(key({ fsRead: [project] })).not.toBe(key({ fsWrite: [project] }));
  expect(key({ worker: true })).not.toBe(key({ addons: true }));
});
