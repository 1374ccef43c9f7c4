/** Bodies of Swagger 2.0: a parameter in `body`, or parameters in `formData`, written as `consumes` says. */
import { isPlainObject, setOwn } from "../../schema/plain-object.ts";
import { type LocatedNode, nodeAt, rootOf, textAt, textsAt } from "./located-node.ts";
import type { FoundBody } from "./read-body.ts";
import type { References } from "./resolve-reference.ts";
import { collectionStyle, inlineSchema } from "./swagger-parameters.ts";

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";

/**
 * The body as OpenAPI 3 would have it; undefined when there is none.
 *
 * @param parameters - `$ref`s followed.
 */
export function swaggerBody(
  operation: LocatedNode,
  parameters: readonly LocatedNode[],
  references: References,
): FoundBody | undefined {
  const own = nodeAt(operation, "consumes").value !== undefined;
  const consumes = textsAt(own ? operation : rootOf(references.entry), "consumes");
  const fields = parameters.filter((node) => textAt(node, "in") === "formData");
  if (fields.length > 0) return formBody(operation, fields, consumes);
  const body = parameters.find((node) => textAt(node, "in") === "body");
  if (body === undefined) return undefined;
  const types = consumes.length > 0 ? consumes : ["application/json"];
  return {
    description: textAt(body, "description"),
    required: nodeAt(body, "required").value === true,
    content: types.map((type) => [type, body] as const),
  };
}

function formBody(
  operation: LocatedNode,
  fields: readonly LocatedNode[],
  consumes: readonly string[],
): FoundBody {
  const hasFile = fields.some((node) => textAt(node, "type") === "file");
  const named = consumes.find((type) => [FORM, MULTIPART].includes(type.toLowerCase()));
  const type = hasFile ? MULTIPART : (named ?? FORM);
  const properties: Record<string, unknown> = {};
  const encoding: Record<string, unknown> = {};
  for (const node of fields) {
    const name = textAt(node, "name") ?? "";
    setOwn(properties, name, inlineSchema(node).value);
    if (nodeAt(node, "type").value === "array") {
      setOwn(encoding, name, collectionStyle(node, "formData"));
    }
  }
  const required = fields.filter(isRequired).map((node) => textAt(node, "name"));
  const value = { schema: { type: "object", properties, required }, encoding };
  return {
    description: undefined,
    required: required.length > 0,
    content: [[type, { ...operation, value }]],
  };
}

function isRequired(node: LocatedNode): boolean {
  return isPlainObject(node.value) && nodeAt(node, "required").value === true;
}
