import * as fc from "fast-check";
import { expect, test } from "vitest";
import { permissionsProblem } from "./permissions.ts";

test.each<[string, unknown, string]>([
  ["null", null, "`permissions` must be an object."],
  ["a list", [], "`permissions` must be an object."],
  ["text", "all", "`permissions` must be an object."],
  [
    "a right there is none of",
    { network: true },
    "`permissions.network` is unknown. Known: fsRead, fsWrite, net, childProcess, worker, addons, wasi.",
  ],
  ["what every object has", { toString: true }, "`permissions.toString` is unknown."],
  ["a flag that is text", { net: "yes" }, "`permissions.net` must be true or false."],
  ["paths that are one text", { fsRead: "/tmp" }, "`permissions.fsRead` must be a list of paths"],
  [
    "no paths at all",
    { fsWrite: null },
    "`permissions.fsWrite` must be a list of paths, true or false.",
  ],
  ["an empty path", { fsRead: ["/tmp", ""] }, "each a string that is not empty."],
  ["a path that is a number", { fsRead: [7] }, "each a string that is not empty."],
  ["a pattern", { fsRead: ["/tmp/*"] }, '`permissions.fsRead` has "/tmp/*", which is no path'],
  ["a NUL", { fsRead: ["/tmp\0"] }, "which is no path"],
])("%s is a mistake", (_, permissions, message) => {
  expect(permissionsProblem(permissions)).toContain(message);
});

const paths = fc.oneof(
  fc.boolean(),
  fc.array(fc.string({ minLength: 1 }).filter((path) => !/[*\0]/u.test(path))),
);

test("everything that the type says is right", () => {
  const permissions = fc.record(
    {
      fsRead: paths,
      fsWrite: paths,
      net: fc.boolean(),
      childProcess: fc.boolean(),
      worker: fc.boolean(),
      addons: fc.boolean(),
      wasi: fc.constantFrom(true, false, undefined),
    },
    { requiredKeys: [] },
  );
  fc.assert(fc.property(permissions, (given) => permissionsProblem(given) === undefined));
});
