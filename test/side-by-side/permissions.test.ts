/** Rights of tools in mode process: what is listed works, what is not is refused, and nobody shares workers. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ToolError,
  type ToolPermissions,
  ToolRegistry,
  type ToolRegistryOptions,
  defineTool,
} from "../../src/index.ts";
import type { LimitedAct } from "../fixtures/executors/limited-tools.ts";

const FIXTURES = new URL("../fixtures/executors/", import.meta.url);
const TOOLS = new URL("limited-tools.ts", FIXTURES);
const WITHHOLDS_NETWORK = process.allowedNodeEnvironmentFlags.has("--allow-net");

const folder = realpathSync(mkdtempSync(join(tmpdir(), "permissions-")));
const inside = join(folder, "inside");
const note = join(inside, "note.txt");
const secret = join(folder, "inside-not", "secret.txt");
const later = join(folder, "later");

beforeAll(() => {
  for (const [file, text] of [
    [note, "a note"],
    [secret, "a secret"],
  ] as const) {
    mkdirSync(join(file, ".."));
    writeFileSync(file, text);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

type Trial = readonly [act: LimitedAct, path?: string];

async function registryWith(
  permissions: ToolPermissions | undefined,
  options: ToolRegistryOptions = {},
): Promise<ToolRegistry> {
  const registry = new ToolRegistry({ workerOutput: () => {}, ...options });
  await registry.registerModule(TOOLS, { permissions });
  return registry;
}

const trial = (registry: ToolRegistry, [act, path = ""]: Trial): Promise<unknown> =>
  registry.call("attempt", { act, path });

async function errorOf(work: Promise<unknown>): Promise<ToolError> {
  return work.then(
    (output) => {
      throw new Error(`An error was expected, not ${JSON.stringify(output)}`);
    },
    (error: ToolError) => error,
  );
}

describe("a tool with some rights", () => {
  let registry: ToolRegistry;
  beforeAll(async () => {
    registry = await registryWith({ fsRead: [inside], fsWrite: [later] });
  });
  afterAll(() => registry.destroy());

  test("reads what it may read, and makes the folder it may write", async () => {
    expect(await trial(registry, ["read", note])).toBe("a note");
    await trial(registry, ["make-folder", join(later, "deep")]);
    await trial(registry, ["write", join(later, "deep", "file")]);
    expect(readFileSync(join(later, "deep", "file"), "utf8")).toBe("written");
  });

  test("is not kept from answers that JSON cannot say", async () => {
    expect(await trial(registry, ["value"])).toEqual(new Map([["rich", new Date(0)]]));
  });

  test.each<[LimitedAct, string, string, string | undefined, string | undefined]>([
    ["read", secret, "fsRead", secret, undefined],
    ["read", join(inside, "..", "inside-not", "secret.txt"), "fsRead", secret, undefined],
    ["write", note, "fsWrite", note, undefined],
    ["write", join(folder, "laterer"), "fsWrite", join(folder, "laterer"), undefined],
    ["run", "/bin/ls", "childProcess", "/bin/ls", undefined],
    ["thread", "", "worker", "", undefined],
    ["addon", join(inside, "native.node"), "addons", "", undefined],
    ["read-and-wrap", secret, "fsRead", secret, undefined],
    ["import", secret, "fsRead", secret, undefined],
  ])("cannot %s %s, for want of %s", async (act, path, right, resource) => {
    const error = await errorOf(trial(registry, [act, path]));
    expect(error.code).toBe("PERMISSION_DENIED");
    expect(error.details).toEqual({ right, resource });
    expect(error.message).toContain(resource === "" ? right : `${right} for ${resource}`);
  });

  test("cannot make a link to where it may not go", async () => {
    const error = await errorOf(trial(registry, ["symlink", join(later, "link")]));
    expect(error.code).toBe("PERMISSION_DENIED");
  });

  test("says in its pool's statistics which rights it has", () => {
    const limited = registry.stats().pools.filter(({ permissions }) => permissions !== undefined);
    expect(limited).toHaveLength(1);
    expect(limited[0]?.workers.length).toBeGreaterThan(0);
    expect(limited[0]?.permissions).toMatchObject({
      fsWrite: [later],
      childProcess: false,
      net: true,
    });
  });
});

test.each<[ToolPermissions, Trial]>([
  [{ childProcess: true }, ["run", "/bin/pwd"]],
  [{ worker: true }, ["thread"]],
  [{ fsRead: true }, ["read", secret]],
  [{ fsRead: true, fsWrite: true }, ["symlink", join(folder, "link")]],
])("with %j a tool can %j", async (permissions, act) => {
  await using registry = await registryWith(permissions);
  await trial(registry, act);
});

test("what is granted is not complained about", async () => {
  const texts: string[] = [];
  const permissions = { childProcess: true, worker: true, addons: true, wasi: true };
  const workerOutput = ({ text }: { readonly text: string }): void => void texts.push(text);
  await using registry = await registryWith(permissions, { workerOutput });
  await trial(registry, ["folder"]);
  await registry.close();
  expect(texts.join("")).not.toMatch(/SecurityWarning/);
});

test("a module may read while it is loaded only what its tools may read", async () => {
  const url = new URL("reads-at-import.ts", FIXTURES);
  await using registry = new ToolRegistry({ workerOutput: () => {} });
  const file = new URL("../README.md", url);
  const rights = (permissions: ToolPermissions, namespace: string): Promise<unknown> =>
    registry.registerModule(url, { permissions, namespace });
  await rights({}, "none");
  await rights({ fsRead: [join(FIXTURES.pathname, "..")] }, "some");
  expect(await registry.call("some.count")).toBe(readFileSync(file, "utf8").length);
  const error = await errorOf(registry.call("none.count"));
  expect(error.code).toBe("PERMISSION_DENIED");
  expect(error.message).toContain(`fsRead for ${file.pathname}; `);
  expect(error.message).toContain("to load its module");
});

test("tools with different rights run at the same time, and never in one worker", async () => {
  await using registry = new ToolRegistry({ pools: { process: { max: 2 } } });
  const sets: Record<string, ToolPermissions | undefined> = {
    all: undefined,
    none: {},
    reads: { fsRead: [inside] },
    same: { fsRead: [note, inside, inside] },
    writes: { fsWrite: [later] },
  };
  for (const [namespace, permissions] of Object.entries(sets)) {
    await registry.registerModule(TOOLS, { namespace, permissions });
  }
  const names = Object.keys(sets).flatMap((name) => Array<string>(12).fill(name));
  const results = await registry.executeToolCalls(
    names.map((name, place) => ({
      id: String(place),
      name: `${name}.attempt`,
      input: { act: "workers" },
    })),
  );
  const rightsOf = new Map<unknown, Set<string>>();
  for (const [place, result] of results.entries()) {
    if (result.status !== "ok") throw result.error;
    const known = rightsOf.get(result.output) ?? new Set();
    rightsOf.set(result.output, known.add((names[place] ?? "").replace("same", "reads")));
  }
  for (const rights of rightsOf.values()) expect(rights.size).toBe(1);
  expect(new Set(rightsOf.values().flatMap((rights) => rights)).size).toBe(4);
  await expect(registry.call("writes.attempt", { act: "read", path: note })).rejects.toThrow(
    "fsRead",
  );
  expect(await registry.call("same.attempt", { act: "read", path: note })).toBe("a note");
  expect(await registry.call("all.attempt", { act: "read", path: secret })).toBe("a secret");
});

test("rights of its own are stronger than those of its module", async () => {
  await using registry = new ToolRegistry();
  const own = new URL("own-rights.ts", FIXTURES);
  await registry.registerModule(own, { permissions: { fsRead: true } });
  const error = await errorOf(registry.call("read_passwd"));
  expect(error.details).toEqual({ right: "fsRead", resource: "/etc/passwd" });
});

test.each(["async", "thread"] as const)(
  "in mode %s a tool with rights is refused",
  async (mode) => {
    await using registry = await registryWith({}, { mode });
    const error = await errorOf(trial(registry, ["read", note]));
    expect(error.code).toBe("NOT_PORTABLE");
    expect(error.message).toContain("only mode process can hold it to them");
    expect(error.message).toContain(`rather than ${mode}`);
    expect(registry.list()[0]?.modes).toEqual(["process"]);
  },
);

test("a closure with rights is refused wherever it is asked to run", async () => {
  await using registry = new ToolRegistry();
  const permissions = { fsRead: [inside] };
  const input = { type: "object" } as const;
  registry.register(
    defineTool({ name: "here", description: "", input, permissions, execute: () => 1 }),
  );
  for (const mode of ["auto", "async", "thread", "process"] as const) {
    const error = await errorOf(registry.call("here", {}, { mode }));
    expect(error.code).toBe("NOT_PORTABLE");
    expect(error.message).toContain("export it from a module");
  }
});

test.skipIf(WITHHOLDS_NETWORK)("a Node that cannot withhold the network says so", async () => {
  await expect(registryWith({ net: false })).rejects.toThrow(
    /^Tool "attempt": `permissions\.net` is false, and Node .* cannot withhold the network/,
  );
});

test("NODE_OPTIONS may not add rights", async () => {
  const env = { NODE_OPTIONS: "--no-warnings --allow-fs-read=*" };
  await expect(registryWith({}, { pools: { process: { env } } })).rejects.toThrow(/NODE_OPTIONS/);
});

test("flags of the pool may not add rights", async () => {
  const execArgv = ["--allow-fs-read", "/", "--no-permission"];
  await using registry = await registryWith({}, { pools: { process: { execArgv } } });
  const error = await errorOf(trial(registry, ["read", secret]));
  expect(error.code).toBe("PERMISSION_DENIED");
});

test.each([[undefined], [{}]])(
  "children with the rights %j run in the folder they are given",
  async (permissions) => {
    const pools = { process: { cwd: inside } };
    await using registry = await registryWith(permissions, { pools });
    expect(await trial(registry, ["folder"])).toBe(inside);
  },
);

test("relative paths start from the current directory at registration, not from the child's", async () => {
  const relative = join("test", "fixtures", "README.md");
  const pools = { process: { cwd: inside } };
  await using registry = await registryWith({ fsRead: [relative] }, { pools });
  expect(await trial(registry, ["read", join(process.cwd(), relative)])).toContain("#");
});

test("of the parent's variables a child has only harmless ones", async () => {
  process.env["PERMISSIONS_TEST_SECRET"] = "hush";
  try {
    await using registry = await registryWith({});
    expect(await trial(registry, ["environment"])).not.toContain("PERMISSIONS_TEST_SECRET");
  } finally {
    delete process.env["PERMISSIONS_TEST_SECRET"];
  }
});
