/** How the properties of a form or of a multipart body are written (OpenAPI 3.2, section 4.15). */
import { entriesOf, itemsOf, type LocatedNode, nodeAt, textAt } from "./located-node.ts";
import type { EncodingPlan, ParameterStyle } from "./operation.ts";
import type { References } from "./resolve-reference.ts";
import { isBinary, isByteMedia } from "./schema-dialect.ts";
import { setOwn } from "../../schema/plain-object.ts";

const STYLES: ReadonlySet<string> = new Set([
  "form",
  "spaceDelimited",
  "pipeDelimited",
  "deepObject",
]);

/** The properties of which there is something to say; undefined when there are none. */
export function readEncodings(
  media: LocatedNode,
  references: References,
): Readonly<Record<string, EncodingPlan>> | undefined {
  const properties = propertiesOf(nodeAt(media, "schema"), references, new Set());
  const encodings = nodeAt(media, "encoding");
  const plans: Record<string, EncodingPlan> = {};
  for (const name of new Set([...properties.keys(), ...entriesOf(encodings).map(([key]) => key)])) {
    const encoding = nodeAt(encodings, name);
    const plan = {
      ...mediaPlan(properties.get(name), encoding, references),
      ...stylePlan(encoding),
    };
    if (Object.keys(plan).length > 0) setOwn(plans, name, plan);
  }
  return Object.keys(plans).length > 0 ? plans : undefined;
}

function stylePlan(encoding: LocatedNode): EncodingPlan {
  const style = textAt(encoding, "style");
  const explode = nodeAt(encoding, "explode").value;
  return {
    ...(style !== undefined && STYLES.has(style) && { style: style as ParameterStyle }),
    ...(typeof explode === "boolean" && { explode }),
    ...(nodeAt(encoding, "allowReserved").value === true && { allowReserved: true }),
  };
}

function mediaPlan(
  property: LocatedNode | undefined,
  encoding: LocatedNode,
  references: References,
): EncodingPlan {
  const given = textAt(encoding, "contentType");
  const mediaType = given === undefined ? undefined : firstType(given);
  const binary = property !== undefined && isBytes(property, mediaType, references);
  const contentType = mediaType ?? (binary ? ownMediaType(property, references) : undefined);
  return { ...(contentType !== undefined && { contentType }), ...(binary && { binary }) };
}

/** The first of several types, which may be ranges. */
function firstType(list: string): string {
  const types = list.split(",").map((type) => type.trim());
  return types.find((type) => !type.includes("*")) ?? "application/octet-stream";
}

/** Whether a property is bytes, or a list of them: its schema says so, or says nothing and its media type does. */
function isBytes(
  property: LocatedNode,
  mediaType: string | undefined,
  references: References,
): boolean {
  const node = references.resolve(property);
  const { type } = Object(node.value) as { readonly type?: unknown };
  const item = type === "array" ? references.resolve(nodeAt(node, "items")) : node;
  if (isBinary(item.value)) return true;
  const isOpen = Object.keys(Object(item.value)).length === 0;
  return isOpen && mediaType !== undefined && isByteMedia(mediaType);
}

function ownMediaType(property: LocatedNode, references: References): string | undefined {
  const node = references.resolve(property);
  const type = textAt(node, "contentMediaType") ?? textAt(node, "items", "contentMediaType");
  return type === undefined || type.includes("*") ? undefined : type;
}

/** The properties of a schema and of the parts of its `allOf`; a nearer one counts. */
function propertiesOf(
  given: LocatedNode,
  references: References,
  seen: Set<unknown>,
): Map<string, LocatedNode> {
  const node = references.resolve(given);
  if (seen.has(node.value)) return new Map();
  seen.add(node.value);
  const inherited = itemsOf(nodeAt(node, "allOf")).flatMap((part) =>
    Array.from(propertiesOf(part, references, seen)),
  );
  return new Map(inherited.concat(entriesOf(nodeAt(node, "properties"))));
}
