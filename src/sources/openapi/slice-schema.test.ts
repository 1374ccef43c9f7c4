import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compileValidator } from "../../schema/compile-validator.ts";
import { type DocumentFile, nodeAt, rootOf } from "./located-node.ts";
import { References } from "./resolve-reference.ts";
import { SchemaSlicer } from "./slice-schema.ts";

const TO = "#/components/schemas/";

function slicerOf(schemas: object): {
  slicer: SchemaSlicer;
  read: (name: string) => ReturnType<SchemaSlicer["read"]>;
} {
  const root = { openapi: "3.1.0", components: { schemas } };
  const entry: DocumentFile = { url: undefined, base: undefined, root };
  const slicer = new SchemaSlicer(new References(entry));
  return {
    slicer,
    read: (name) => slicer.read(nodeAt(rootOf(entry), "components", "schemas", name)),
  };
}

/** A graph of schemas: which ones each refers to, by number, and whether from a property or in place. */
const graphs = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc.array(
    fc.array(fc.tuple(fc.nat(size - 1), fc.constantFrom("property", "items", "allOf", "oneOf")), {
      maxLength: 4,
    }),
    { minLength: size, maxLength: size },
  ),
);

function schemaOf(edges: readonly (readonly [number, string])[]): object {
  const by = (kind: string): object[] =>
    edges.filter(([, how]) => how === kind).map(([to]) => ({ $ref: `${TO}N${to}` }));
  const properties = Object.fromEntries(by("property").map((ref, index) => [`p${index}`, ref]));
  return {
    properties: {
      ...properties,
      list: { type: "array", items: { anyOf: [{ type: "null" }, ...by("items")] } },
    },
    ...(by("allOf").length > 0 && { allOf: by("allOf") }),
    ...(by("oneOf").length > 0 && { oneOf: by("oneOf") }),
  };
}

function schemasOf(graph: readonly (readonly (readonly [number, string])[])[]): object {
  return Object.fromEntries(graph.map((edges, index) => [`N${index}`, schemaOf(edges)]));
}

function listAt(schema: object, keyword: string): { readonly $ref: string }[] {
  return ((schema as Record<string, unknown>)[keyword] as { $ref: string }[] | undefined) ?? [];
}

function reachable(
  graph: readonly (readonly (readonly [number, string])[])[],
  from: number,
): Set<string> {
  const seen = new Set<number>();
  const visit = (node: number): void => {
    for (const [to] of graph[node] ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      visit(to);
    }
  };
  visit(from);
  return new Set([...seen].map((node) => `N${node}`));
}

test("a slice holds exactly the definitions that can be reached, whatever circles there are", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const { slicer, read } = slicerOf(schemasOf(graph));
      for (const start of graph.keys()) {
        const $defs = slicer.definitions(read(`N${start}`).refs) ?? {};
        expect(new Set(Object.keys($defs))).toEqual(reachable(graph, start));
        expect(JSON.parse(JSON.stringify($defs))).toEqual($defs);
      }
    }),
    { numRuns: 100 },
  );
});

test("no definition that is left applies itself to the same value again", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const { slicer, read } = slicerOf(schemasOf(graph));
      const $defs = slicer.definitions(read("N0").refs) ?? {};
      const inPlace = new Map(
        Object.entries($defs).map(([name, schema]) => [
          name,
          [...listAt(schema, "allOf"), ...listAt(schema, "oneOf")].map(({ $ref }) => $ref.slice(8)),
        ]),
      );
      const visit = (name: string, open: readonly string[]): void => {
        expect(open).not.toContain(name);
        for (const next of inPlace.get(name) ?? []) visit(next, [...open, name]);
      };
      for (const name of inPlace.keys()) visit(name, []);
    }),
    { numRuns: 100 },
  );
});

test("a base that lists its variants, which have it as their base, can be checked from either end", () => {
  const schemas = {
    Pet: {
      type: "object",
      required: ["kind"],
      properties: { kind: { type: "string" } },
      oneOf: [{ $ref: `${TO}Cat` }, { $ref: `${TO}Dog` }],
    },
    Cat: {
      allOf: [
        { $ref: `${TO}Pet` },
        { required: ["claws"], properties: { kind: { const: "cat" } } },
      ],
    },
    Dog: {
      allOf: [{ $ref: `${TO}Pet` }, { required: ["bark"], properties: { kind: { const: "dog" } } }],
    },
  };
  for (const name of ["Pet", "Cat"]) {
    const { slicer, read } = slicerOf({ ...schemas, S: { $ref: `${TO}${name}` } });
    const $defs = slicer.definitions(read("S").refs);
    const validator = compileValidator({ $ref: `#/$defs/${name}`, $defs });
    expect(validator.parse({ kind: "cat", claws: 4 })).toMatchObject({ ok: true });
    expect(validator.parse({ kind: "cat" })).toMatchObject({ ok: false });
    expect(validator.parse({ claws: 4 })).toMatchObject({ ok: false });
  }
});

test("definitions have the names of components, and others a hash that depends on where they stand alone", () => {
  const { slicer, read } = slicerOf({
    S: {
      anyOf: [
        { $ref: `${TO}A b` },
        { $ref: `${TO}S/$defs/In` },
        { $ref: `${TO}constructor` },
        { $ref: `${TO}Fine.Name` },
      ],
      $defs: { In: { type: "null" } },
    },
    "A b": { type: "string" },
    constructor: { type: "number" },
    "Fine.Name": { type: "boolean" },
  });
  const names = Object.keys(slicer.definitions(read("S").refs) ?? {});
  expect(names).toEqual([
    expect.stringMatching(/^A_b_[\da-f]{8}$/),
    "Fine.Name",
    expect.stringMatching(/^In_[\da-f]{8}$/),
    expect.stringMatching(/^constructor_[\da-f]{8}$/),
  ]);
});

test("operations share what they both need", () => {
  const { slicer, read } = slicerOf({
    S: { $ref: `${TO}T` },
    U: { items: { $ref: `${TO}T` } },
    T: { type: "string" },
  });
  const [one, other] = ["S", "U"].map((name) => slicer.definitions(read(name).refs));
  expect(one?.["T"]).toBe(other?.["T"]);
});

test("schemas of one name under `definitions` and under `components` stay two", () => {
  const schemas = { Pet: { type: "integer" } };
  const root = {
    openapi: "3.1.0",
    definitions: { Pet: { type: "string" } },
    components: { schemas },
  };
  const entry: DocumentFile = { url: undefined, base: undefined, root };
  const slicer = new SchemaSlicer(new References(entry));
  const both = {
    ...rootOf(entry),
    value: { anyOf: [{ $ref: "#/definitions/Pet" }, { $ref: `${TO}Pet` }] },
  };
  const { schema, refs } = slicer.read(both);
  const check = compileValidator({ ...schema, $defs: slicer.definitions(refs) });
  for (const value of [1, "a"]) expect(check.parse(value)).toMatchObject({ ok: true });
  expect(check.parse({})).toMatchObject({ ok: false });
});
