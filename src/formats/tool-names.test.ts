import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { providerNames } from "./tool-names.ts";

const SAFE_FOR_ALL = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/;

const hash = (name: string) =>
  createHash("sha256").update(name, "utf16le").digest("hex").slice(0, 8);

const mapped = (names: readonly string[]) => {
  const provider = providerNames(names);
  return new Map(names.map((name) => [name, provider.toProvider(name)]));
};

describe("one name", () => {
  test.each(["add", "get_weather", "_private", "kebab-case", "A1", "a".repeat(64)])(
    "%s is safe and stays",
    (name) => {
      expect(providerNames([name]).toProvider(name)).toBe(name);
    },
  );

  test.each([
    ["spotify.play", "spotify_play"],
    ["a/b:c d", "a_b_c_d"],
    ["3d.render", "_3d_render"],
    ["-x", "_-x"],
    ["", "_"],
    ["天気", "__"],
    ["😀", "_"],
  ])("%s becomes %s and comes back", (name, expected) => {
    const names = providerNames([name]);
    expect(names.toProvider(name)).toBe(expected);
    expect(names.fromProvider(expected)).toBe(name);
  });

  test("of more than 64 characters is cut and ends in a hash of the whole", () => {
    const name = `github.${"x".repeat(80)}`;
    const safe = providerNames([name]).toProvider(name);
    expect(safe).toBe(`github_${"x".repeat(48)}_${hash(name)}`);
    expect(safe).toHaveLength(64);
  });

  test("that grows past 64 by its leading underscore is cut too", () => {
    const name = "1".repeat(64);
    expect(providerNames([name]).toProvider(name)).toBe(`_${"1".repeat(54)}_${hash(name)}`);
  });
});

describe("names that collide", () => {
  test("a safe name keeps itself and the other gets a hash", () => {
    const names = mapped(["a.b", "a_b"]);
    expect(names.get("a_b")).toBe("a_b");
    expect(names.get("a.b")).toBe(`a_b_${hash("a.b")}`);
  });

  test("two that would become the same both get a hash, so that neither depends on order", () => {
    const names = mapped(["a.b", "a/b"]);
    expect(names.get("a.b")).toBe(`a_b_${hash("a.b")}`);
    expect(names.get("a/b")).toBe(`a_b_${hash("a/b")}`);
  });

  test("a tool that has taken the hashed name in advance does not break it", () => {
    const planted = `a_b_${hash("a.b")}`;
    const names = mapped(["a.b", "a_b", planted]);
    expect(names.get(planted)).toBe(planted);
    expect(new Set(names.values()).size).toBe(3);
  });

  test("lone surrogates part, though UTF-8 writes them alike", () => {
    const names = mapped(["\ud800", "\ud801"]);
    expect(new Set(names.values()).size).toBe(2);
  });

  test("names of object members are names like any other", () => {
    const names = providerNames(["__proto__", "constructor", "to.String"]);
    expect(names.toProvider("__proto__")).toBe("__proto__");
    expect(names.fromProvider("toString")).toBeUndefined();
  });
});

describe("names that were given away before", () => {
  const given = { toolOf: (name: string) => (name === "a_b" ? "a.b" : undefined) };

  test("stay with their tools", () => {
    const names = providerNames(["a_b", "a.b", "a/b"], {
      ...given,
      nameOf: (tool) => (tool === "a.b" ? "a_b" : undefined),
    });
    const hashed = ["a_b", "a/b"].map((name) => `a_b_${hash(name)}`);
    expect(["a.b", "a_b", "a/b"].map((name) => names.toProvider(name))).toEqual(["a_b", ...hashed]);
  });

  test("go to nobody else when their tools are gone", () => {
    const names = providerNames(["a_b", "a.c"], { ...given, nameOf: () => undefined });
    expect(names.toProvider("a_b")).toBe(`a_b_${hash("a_b")}`);
    expect(names.fromProvider("a_b")).toBeUndefined();
  });
});

test("an unknown name is a TypeError outwards and undefined inwards", () => {
  const names = providerNames(["a.b"]);
  expect(() => names.toProvider("c")).toThrow(new TypeError('There is no provider name for "c".'));
  expect(names.fromProvider("a.b")).toBeUndefined();
});

describe("for any set of names", () => {
  // Few characters, and names made from the output of the algorithm, make collisions common.
  const short = fc.string({
    unit: fc.constantFrom("a", "b", ".", "_", "/", "1", "-"),
    maxLength: 4,
  });
  const long = short.map((tail) => `${"a.".repeat(40)}${tail}`);
  const name = fc.oneof(short, long, fc.string(), fc.string({ unit: "binary" }));
  const adversarial = fc.array(name, { maxLength: 20 }).chain((names) => {
    const planted = names.flatMap((each) => [...mapped([each, `${each}.`, "a_b"]).values()]);
    return fc.subarray(planted).map((taken) => names.concat(taken));
  });

  test("every provider name is safe, unique and comes back", () => {
    fc.assert(
      fc.property(adversarial, (names) => {
        const provider = providerNames(names);
        const seen = new Set<string>();
        for (const each of new Set(names)) {
          const safe = provider.toProvider(each);
          expect(safe).toMatch(SAFE_FOR_ALL);
          expect(seen.has(safe)).toBe(false);
          seen.add(safe);
          expect(provider.fromProvider(safe)).toBe(each);
          if (SAFE_FOR_ALL.test(each)) expect(safe).toBe(each);
        }
      }),
    );
  });

  test("order and repetition change nothing", () => {
    fc.assert(
      fc.property(
        adversarial.chain((names) =>
          fc.tuple(
            fc.constant(names),
            fc.shuffledSubarray([...names, ...names], { minLength: names.length * 2 }),
          ),
        ),
        ([names, shuffled]) => {
          const other = providerNames(shuffled);
          for (const [each, safe] of mapped(names)) expect(other.toProvider(each)).toBe(safe);
        },
      ),
    );
  });
});
