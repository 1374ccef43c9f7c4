/**
 * JSON Schema to a checking function, by ajv. Ajv takes some 50 ms to load, so it is required when
 * the first schema needs it, and synchronously, because registering a tool is synchronous.
 *
 * Every schema gets an Ajv of its own: two tools may use the same `$id`, and a schema that is no
 * longer used leaves nothing behind. The check against the meta-schema is shared, for it is slow to
 * make and keeps nothing.
 */
import { createRequire } from "node:module";
import type { Options, ValidateFunction } from "ajv";
import type { Ajv2020 } from "ajv/dist/2020.js";
import type { FormatsPlugin } from "ajv-formats";
import type { JsonSchema } from "../core/json-schema.ts";
import { explainErrors } from "./explain-errors.ts";
import { compileLazily, hasLazyDefinitions } from "./lazy-definitions.ts";
import { makeLinearPattern } from "./linear-pattern.ts";
import { isPattern, makePattern } from "./pattern.ts";
import { isPlainObject } from "./plain-object.ts";

type Draft = "draft-07" | "2019-09" | "2020-12";
type AjvClass = new (
  options: Options,
) => Pick<
  Ajv2020,
  "compile" | "validateSchema" | "errors" | "addFormat" | "addKeyword" | "removeKeyword"
>;

const require = createRequire(import.meta.url);
const metaChecks = new Map<Draft, InstanceType<AjvClass>>();

/** Names every object inherits: a schema with such a property must look at own properties only. */
const INHERITED_NAME =
  /"(?:constructor|toString|toLocaleString|valueOf|hasOwnProperty|isPrototypeOf|propertyIsEnumerable)"/u;

/**
 * Compiles a schema into ajv's checking function. It changes no value and reports every error.
 *
 * @param isForeign - Whether its patterns must take linear time, for nobody here wrote them.
 * @throws TypeError when ajv cannot compile it.
 */
export function compileWithAjv(schema: JsonSchema, isForeign: boolean): ValidateFunction {
  const dialectFree = withoutDialect(schema);
  const text = attempt(() => JSON.stringify(dialectFree));
  if (text.includes('"__proto__"') && namesPrototype(dialectFree)) {
    throw broken(
      'a property is called "__proto__", a name that objects in JavaScript have for their prototype. Give it another',
    );
  }
  const isLazy = hasLazyDefinitions(dialectFree, text);
  const ajv = makeAjv(draftOf(schema), {
    ...(isLazy && { unevaluated: false }),
    ...(isForeign && { code: { regExp: makeLinearPattern } }),
    meta: text.includes("json-schema.org/"),
    validateSchema: false,
    ownProperties: INHERITED_NAME.test(text),
  });
  const check = attempt(() =>
    isLazy ? compileLazily(ajv, dialectFree) : ajv.compile(dialectFree),
  );
  if ("$async" in check) throw broken("`$async` schemas are not supported");
  return check;
}

/**
 * Checks a schema against the meta-schema of its draft.
 *
 * @throws TypeError that says where the schema is wrong, and how.
 */
export function checkAgainstMetaSchema(schema: JsonSchema): void {
  const draft = draftOf(schema);
  const ajv = metaChecks.get(draft) ?? makeAjv(draft, {});
  metaChecks.set(draft, ajv);
  if (attempt(() => ajv.validateSchema(withoutDialect(schema))) === true) return;
  const [first] = explainErrors(ajv.errors ?? []);
  throw broken(`${first?.path || "the schema"} ${first?.message ?? "is invalid"}`);
}

/** Whether there is a property `__proto__` anywhere, which ajv looks over. */
function namesPrototype(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  const { properties } = schema as { readonly properties?: unknown };
  if (isPlainObject(properties) && Object.hasOwn(properties, "__proto__")) return true;
  return Object.values(schema).some(namesPrototype);
}

function makeAjv(draft: Draft, options: Options): InstanceType<AjvClass> {
  const ajv = new (loadClass(draft))({
    allErrors: true,
    verbose: true,
    strict: false,
    logger: false,
    code: { regExp: makePattern },
    ...options,
  });
  const addFormats = (require("ajv-formats") as { default: FormatsPlugin }).default;
  addFormats(ajv as Ajv2020);
  ajv.addFormat("regex", isPattern);
  return ajv;
}

function loadClass(draft: Draft): AjvClass {
  if (draft === "draft-07") return (require("ajv") as { Ajv: AjvClass }).Ajv;
  if (draft === "2019-09") return (require("ajv/dist/2019.js") as { Ajv2019: AjvClass }).Ajv2019;
  return (require("ajv/dist/2020.js") as { Ajv2020: AjvClass }).Ajv2020;
}

/** Older drafts than 7 differ from it in little; what has no known `$schema` is 2020-12. */
function draftOf(schema: JsonSchema): Draft {
  const dialect = schema["$schema"];
  if (typeof dialect !== "string") return "2020-12";
  if (/\/draft-0[3-7]\//u.test(dialect)) return "draft-07";
  return dialect.includes("/2019-09/") ? "2019-09" : "2020-12";
}

function withoutDialect(schema: JsonSchema): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...schema };
  delete copy["$schema"];
  return copy;
}

function attempt<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (thrown) {
    if (thrown instanceof RangeError)
      throw broken(
        "it refers to itself as an object, or its parts lead to one another too deeply",
        thrown,
      );
    const missing = (thrown as { missingRef?: unknown }).missingRef;
    if (typeof missing !== "string") throw broken((thrown as Error).message, thrown);
    throw broken(
      `$ref "${missing}" cannot be resolved. Other documents are not loaded; copy what it names under $defs`,
      thrown,
    );
  }
}

function broken(what: string, cause?: unknown): TypeError {
  return new TypeError(`The JSON Schema is broken: ${what}.`, cause === undefined ? {} : { cause });
}
