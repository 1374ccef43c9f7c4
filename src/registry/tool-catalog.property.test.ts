/** Any sequence of changes to a catalog, against a list that does the same the slow way. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defineTool } from "../core/tool.ts";
import { ToolCatalog, type CatalogSnapshot, type ToolFilter } from "./tool-catalog.ts";

interface Row {
  name: string;
  namespace: string | undefined;
  description: string;
  disabled: { reason: string | undefined } | undefined;
}

/** The catalog, as a list of rows and the events it owes. */
class Model {
  rows: Row[] = [];
  events: string[] = [];

  register(names: readonly string[], namespace: string | undefined, replace: boolean): void {
    const full = names.map((name) => (namespace === undefined ? name : `${namespace}.${name}`));
    if (new Set(full).size < full.length) throw new TypeError("twice");
    if (!replace && full.some((name) => this.#find(name))) throw new TypeError("taken");
    const events: string[] = [];
    for (const name of full) {
      const present = this.#find(name);
      events.push(`${present ? "tool.updated" : "tool.registered"} ${name}`);
      const description = names.join();
      if (present) Object.assign(present, { namespace, description });
      else this.rows.push({ name, namespace, description, disabled: undefined });
    }
    this.events.push(...events);
  }

  remove(isMeant: (row: Row) => boolean): void {
    for (const row of this.rows.filter(isMeant)) this.events.push(`tool.removed ${row.name}`);
    this.rows = this.rows.filter((row) => !isMeant(row));
  }

  set(name: string, disabled: Row["disabled"]): void {
    const row = this.#find(name);
    if (row === undefined) throw new TypeError("unknown");
    if (JSON.stringify([row.disabled]) === JSON.stringify([disabled])) return;
    row.disabled = disabled;
    this.events.push(`${disabled ? "tool.disabled" : "tool.enabled"} ${name}`);
  }

  list(filter: ToolFilter): Row[] {
    return this.rows.filter(
      ({ namespace, disabled }) =>
        (filter.namespace === undefined ||
          `${namespace ?? ""}.`.startsWith(`${filter.namespace}.`)) &&
        (filter.enabled === undefined || filter.enabled === !disabled),
    );
  }

  #find(name: string): Row | undefined {
    return this.rows.find((row) => row.name === name);
  }
}

const name = fc.constantFrom("x", "y", "b.x");
const namespace = fc.constantFrom(undefined, "a", "a.b", "c");
const fullName = fc.constantFrom("x", "y", "b.x", "a.x", "a.b.x", "a.b.y", "c.y");
const change = fc.oneof(
  fc.record({
    act: fc.constant("register"),
    names: fc.array(name, { maxLength: 3 }),
    namespace,
    replace: fc.boolean(),
  }),
  fc.record({ act: fc.constant("unregister"), name: fullName }),
  fc.record({ act: fc.constant("unregisterNamespace"), namespace: fc.constantFrom("a", "a.b") }),
  fc.record({ act: fc.constant("enable"), name: fullName }),
  fc.record({
    act: fc.constant("disable"),
    name: fullName,
    reason: fc.constantFrom(undefined, "broken"),
  }),
  fc.record({ act: fc.constant("rebind") }),
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function changeCatalog(catalog: ToolCatalog<string>, step: Change): void {
  if ("names" in step) {
    const { names, replace } = step;
    const tools = names.map((toolName) =>
      defineTool({
        name: toolName,
        description: names.join(),
        input: { type: "object" },
        execute: () => toolName,
      }),
    );
    catalog.register(tools, { namespace: step.namespace, replace });
  } else if ("reason" in step) catalog.disable(step.name, step.reason);
  else if ("name" in step && step.act === "enable") catalog.enable(step.name);
  else if ("name" in step) catalog.unregister(step.name);
  else if ("namespace" in step) catalog.unregisterNamespace(step.namespace);
  else catalog.rebind();
}

function changeModel(model: Model, step: Change): void {
  if ("names" in step) model.register(step.names, step.namespace, step.replace);
  else if ("reason" in step) model.set(step.name, { reason: step.reason });
  else if ("name" in step && step.act === "enable") model.set(step.name, undefined);
  else if ("name" in step) model.remove((row) => row.name === step.name);
  else if ("namespace" in step) {
    model.remove((row) => `${row.namespace ?? ""}.`.startsWith(`${step.namespace}.`));
  }
}

function refuses(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(TypeError);
    return true;
  }
}

function rowsOf(snapshot: CatalogSnapshot<string>): Row[] {
  return [...snapshot].map(([key, { tool, namespace: own, disabled }]) => {
    expect(tool.name).toBe(key);
    return { name: key, namespace: own, description: tool.description, disabled };
  });
}

test("any changes leave the catalog as a plain list would be, and no snapshot as it was not", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(change, fc.boolean()), { maxLength: 30 }), (steps) => {
      const events: string[] = [];
      const catalog = new ToolCatalog<string>({
        bind: (tool) => `${tool.name}: ${tool.description}`,
        emit: ({ type, toolName }) => events.push(`${type} ${toolName}`),
        epoch: () => 0,
      });
      const model = new Model();
      const kept: { snapshot: CatalogSnapshot<string>; rows: Row[] }[] = [];
      for (const [step, isKept] of steps) {
        const isRefused = refuses(() => changeCatalog(catalog, step));
        expect(refuses(() => changeModel(model, step))).toBe(isRefused);
        expect(events).toEqual(model.events);
        const filters: ToolFilter[] = [{}, { namespace: "a" }, { enabled: false }];
        for (const filter of filters) {
          const listed = catalog.list(filter).map(({ tool }) => tool.name);
          expect(listed).toEqual(model.list(filter).map((row) => row.name));
        }
        if (isKept) {
          const rows = structuredClone(model.rows);
          kept.push({ snapshot: catalog.snapshot(), rows });
        }
      }
      for (const { bound, tool } of catalog.list()) {
        expect(bound).toBe(`${tool.name}: ${tool.description}`);
      }
      for (const { snapshot, rows } of kept) expect(rowsOf(snapshot)).toEqual(rows);
    }),
    { numRuns: 500 },
  );
});
