/** The parameters of an operation: fields of the tool's input, and where their values go. */
import type { JsonSchema } from "../../core/json-schema.ts";
import { isPlainObject } from "../../schema/plain-object.ts";
import { DocumentProblem } from "./document-problem.ts";
import { FieldNames } from "./field-names.ts";
import { itemsOf, type LocatedNode, nodeAt, textAt } from "./located-node.ts";
import type { ParameterPlan, ParameterStyle } from "./operation.ts";
import { collectionStyle, inlineSchema } from "./swagger-parameters.ts";
import type { References } from "./resolve-reference.ts";
import type { NormalSchema, SchemaSlicer } from "./slice-schema.ts";

/** A field of a tool's input. */
export interface InputField {
  readonly field: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly refs: ReadonlySet<string>;
}

/** A parameter, read. */
export interface ReadParameter extends InputField {
  readonly plan: ParameterPlan;
}

/** The order in which parameters of one name get that name as their field's. */
const PLACES = ["path", "query", "header", "cookie", "querystring"] as const;
type Place = (typeof PLACES)[number];

/** OpenAPI 3.2, section 4.12.2: headers that are described elsewhere. */
const OTHER_HEADERS = new Set(["accept", "content-type", "authorization"]);

const STYLES: ReadonlySet<string> = new Set<ParameterStyle>([
  "simple",
  "label",
  "matrix",
  "form",
  "spaceDelimited",
  "pipeDelimited",
  "deepObject",
  "cookie",
]);

/** The parameters of a path and of its operation, `$ref`s followed; an operation's goes before its path's. */
export function listParameters(
  operation: LocatedNode,
  pathItem: LocatedNode,
  references: References,
): LocatedNode[] {
  const found = new Map<string, LocatedNode>();
  for (const level of [pathItem, operation]) {
    for (const given of itemsOf(nodeAt(level, "parameters"))) {
      const node = references.resolve(given);
      const name = textAt(node, "name");
      if (name === undefined) throw new DocumentProblem("a parameter has no name");
      found.set(`${textAt(node, "in") ?? ""} ${name}`, node);
    }
  }
  return [...found.values()];
}

/**
 * Reads the parameters that go into the request's address and head. Throws `DocumentProblem`, `MissingDocument`.
 *
 * @param path - With placeholders, each of which must be declared.
 */
export function readParameters(
  path: string,
  nodes: readonly LocatedNode[],
  slicer: SchemaSlicer,
): ReadParameter[] {
  const placeholders = [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name = ""]) => name);
  const used = nodes.filter((node) => isUsed(node, placeholders));
  const missing = placeholders.find(
    (name) => !used.some((node) => placeOf(node) === "path" && textAt(node, "name") === name),
  );
  if (missing !== undefined) {
    throw new DocumentProblem(
      `its path has {${missing}}, and no parameter in "path" has that name: declare it in the document`,
    );
  }
  const sorted = used.toSorted(
    (one, other) => PLACES.indexOf(placeOf(one)) - PLACES.indexOf(placeOf(other)),
  );
  const names = new FieldNames();
  const fields = new Map(
    sorted.map((node) => [node, names.fieldFor(textAt(node, "name") ?? "", placeOf(node))]),
  );
  return used.map((node) => readParameter(node, fields.get(node) as string, slicer));
}

function isUsed(node: LocatedNode, placeholders: readonly string[]): boolean {
  const name = textAt(node, "name") ?? "";
  const place = textAt(node, "in");
  if (place === "body" || place === "formData") return false;
  if (place === "path") return placeholders.includes(name);
  return !(place === "header" && OTHER_HEADERS.has(name.toLowerCase()));
}

function placeOf(node: LocatedNode): Place {
  const place = textAt(node, "in");
  const known = PLACES.find((name) => name === place);
  if (known !== undefined) return known;
  throw new DocumentProblem(
    `the parameter ${textAt(node, "name")} is in "${place ?? ""}", which is none of ${PLACES.join(", ")}`,
  );
}

function readParameter(node: LocatedNode, field: string, slicer: SchemaSlicer): ReadParameter {
  const place = placeOf(node);
  const name = textAt(node, "name") ?? "";
  const [contentType] = Object.keys(Object(nodeAt(node, "content").value));
  if (place === "querystring" && contentType === undefined) {
    throw new DocumentProblem(`the parameter ${name} in "querystring" has no \`content\``);
  }
  const given = schemaOf(node, contentType);
  const inline = given === undefined;
  const { schema, refs } = slicer.read(given ?? inlineSchema(node));
  return {
    field,
    schema: inline ? schema : described(node, schema),
    required: place === "path" || nodeAt(node, "required").value === true,
    refs,
    plan: {
      field,
      name,
      in: place,
      ...(inline ? collectionStyle(node, place) : styleOf(node, place)),
      allowReserved: nodeAt(node, "allowReserved").value === true,
      ...(contentType !== undefined && { contentType }),
    },
  };
}

/** Undefined: the parameter holds its schema in itself, as in Swagger 2.0. */
function schemaOf(node: LocatedNode, contentType: string | undefined): LocatedNode | undefined {
  if (contentType !== undefined) return nodeAt(node, "content", contentType, "schema");
  const schema = nodeAt(node, "schema");
  return isPlainObject(schema.value) || typeof schema.value === "boolean" ? schema : undefined;
}

function styleOf(node: LocatedNode, place: Place): Pick<ParameterPlan, "style" | "explode"> {
  const usual = place === "path" || place === "header" ? "simple" : "form";
  const given = textAt(node, "style");
  const style = given !== undefined && STYLES.has(given) ? (given as ParameterStyle) : usual;
  const explode = nodeAt(node, "explode").value;
  return {
    style,
    explode: typeof explode === "boolean" ? explode : style === "form" || style === "cookie",
  };
}

/** The schema with what its parameter says of it, which is nearer to the tool. */
function described(node: LocatedNode, schema: NormalSchema["schema"]): JsonSchema {
  const description = textAt(node, "description")?.trim();
  const example = nodeAt(node, "example").value;
  return {
    ...schema,
    ...(description !== undefined && description !== "" && { description }),
    ...(nodeAt(node, "deprecated").value === true && { deprecated: true }),
    ...(isShortValue(example) && !("examples" in schema) && { examples: [example] }),
  };
}

function isShortValue(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value) && String(value).length <= 200;
}
