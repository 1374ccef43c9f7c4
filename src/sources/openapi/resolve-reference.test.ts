import { expect, test } from "vitest";
import { DocumentProblem, MissingDocument } from "./document-problem.ts";
import { type DocumentFile, nodeAt, rootOf } from "./located-node.ts";
import { References } from "./resolve-reference.ts";

const HOME = "https://example.com/a/api.json";

function file(root: unknown, url: string | undefined = HOME): DocumentFile {
  return { url, base: url, root };
}

function targetOf(root: unknown, ref: string): unknown {
  const entry = file(root);
  return new References(entry).target(ref, rootOf(entry)).value;
}

test("a fragment is a JSON Pointer, percent-encoded or not", () => {
  const root = { "a/b": { "c~d": { "é {x}": 1 } } };
  expect(targetOf(root, "#/a~1b/c~0d/é {x}")).toBe(1);
  expect(targetOf(root, "#/a~1b/c~0d/%C3%A9%20%7Bx%7D")).toBe(1);
  expect(targetOf(root, "api.json#/a~1b/c~0d/é {x}")).toBe(1);
  expect(targetOf(root, "#")).toBe(root);
});

test("names that every object inherits are not found unless a document has them", () => {
  expect(() => targetOf({ a: {} }, "#/a/constructor")).toThrow("leads nowhere");
  expect(() => targetOf({ a: {} }, "#/__proto__")).toThrow("leads nowhere");
  expect(targetOf(JSON.parse('{"__proto__":{"x":5}}'), "#/__proto__/x")).toBe(5);
});

test("a $ref to another document asks for it, once it is there leads into it, and says why it is not", () => {
  const entry = file({ a: { $ref: "../b.json#/x" }, c: { $ref: "gone.json" } });
  const references = new References(entry);
  expect(() => references.resolve(nodeAt(rootOf(entry), "a"))).toThrow(MissingDocument);
  expect([...references.wanted]).toEqual(["https://example.com/b.json"]);
  references.add(
    file({ x: { $ref: "#/y" }, y: 7 }, "https://cdn.example.com/b2.json"),
    "https://example.com/b.json",
  );
  expect(references.wanted.size).toBe(0);
  expect(references.resolve(nodeAt(rootOf(entry), "a")).value).toBe(7);
  references.fail("https://example.com/a/gone.json", "it is gone");
  expect(() => references.resolve(nodeAt(rootOf(entry), "c"))).toThrow(
    new DocumentProblem("it is gone"),
  );
});

test("$refs that lead in a circle are a fault of the document", () => {
  const entry = file({ a: { $ref: "#/b" }, b: { $ref: "#/a" } });
  expect(() => new References(entry).resolve(nodeAt(rootOf(entry), "a"))).toThrow("in a circle");
});

test("schemas are found by $id and $anchor, and below an $id a $ref is relative to it", () => {
  const entry = file({
    schemas: {
      one: {
        $id: "https://schemas.example.com/one",
        $defs: { part: { $anchor: "here", type: "null" } },
        ref: { $ref: "#/$defs/part" },
      },
      two: { $ref: "https://schemas.example.com/one#here" },
      three: { $id: "other/", ref: { $ref: "#/schemas/one/$defs/part" } },
    },
  });
  const references = new References(entry);
  const part = { $anchor: "here", type: "null" };
  for (const path of [["one", "ref"], ["two"], ["three", "ref"]]) {
    expect(references.resolve(nodeAt(rootOf(entry), "schemas", ...path)).value).toEqual(part);
  }
});

test("what was given as an object has no place that something could be relative to, and reads no files", () => {
  const entry: DocumentFile = { url: undefined, base: undefined, root: {} };
  const references = new References(entry);
  expect(() => references.target("b.json", rootOf(entry))).toThrow("give its URL or its path");
  expect(() => references.target("file:///b.json", rootOf(entry))).toThrow("give its path instead");
  expect(() => references.target("data:,x", rootOf(entry))).toThrow("only http, https and files");
  expect(() => references.target("https://example.com/b.json", rootOf(entry))).toThrow(
    MissingDocument,
  );
});

test("a document that was given as an object knows its schemas by their $id too", () => {
  const schema = { $id: "https://schemas.example.com/tree", items: { $ref: "#" }, type: "array" };
  const entry = { url: undefined, base: undefined, root: { schemas: { schema } } };
  const items = nodeAt(rootOf(entry), "schemas", "schema", "items");
  expect(new References(entry).resolve(items).value).toBe(schema);
});
