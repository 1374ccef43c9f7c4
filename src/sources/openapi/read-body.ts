/** The body of an operation: one field of the tool's input, and how its value is written. */
import type { JsonSchema } from "../../core/json-schema.ts";
import { isPlainObject } from "../../schema/plain-object.ts";
import { DocumentProblem } from "./document-problem.ts";
import { FieldNames } from "./field-names.ts";
import { entriesOf, type LocatedNode, nodeAt, ownValue, textAt } from "./located-node.ts";
import { bestType, type BodyKind, concreteType, kindOf } from "./media-types.ts";
import type { BodyPlan } from "./operation.ts";
import { readEncodings } from "./read-encodings.ts";
import type { InputField } from "./read-parameters.ts";
import type { References } from "./resolve-reference.ts";
import type { NormalSchema, SchemaSlicer } from "./slice-schema.ts";
import { swaggerBody } from "./swagger-body.ts";

/** A body, read. */
export interface ReadBody extends InputField {
  readonly plan: BodyPlan;
}

/** A body as it is found: what may be sent, by media type. */
export interface FoundBody {
  readonly description: string | undefined;
  readonly required: boolean;
  /** Media Type Objects. */
  readonly content: readonly (readonly [mediaType: string, media: LocatedNode])[];
}

/** What an operation's body is read with. */
export interface BodySurroundings {
  readonly references: References;
  readonly slicer: SchemaSlicer;
  /** `$ref`s followed. */
  readonly parameters: readonly LocatedNode[];
  /** The fields of the parameters. */
  readonly taken: readonly string[];
}

/** Reads the body; undefined when there is none. Throws `DocumentProblem`, `MissingDocument`. */
export function readBody(operation: LocatedNode, around: BodySurroundings): ReadBody | undefined {
  const { references, parameters, slicer, taken } = around;
  const body = openApiBody(operation, references) ?? swaggerBody(operation, parameters, references);
  if (body === undefined || body.content.length === 0) return undefined;
  const { mediaType, media, kind } = chosenMedia(body);
  const hasFields = kind === "form" || kind === "multipart";
  const encoding = hasFields ? readEncodings(media, references) : undefined;
  const { schema, refs } = readValue(kind, mediaType, nodeAt(media, "schema"), slicer);
  const name = taken.includes("body") ? "request_body" : "body";
  const field = new FieldNames(taken).fieldFor(name, "body");
  return {
    field,
    schema: described(schema, body.description),
    required: body.required,
    refs,
    plan: {
      field,
      contentType: concreteType(mediaType, kind),
      kind,
      ...(encoding !== undefined && { encoding }),
    },
  };
}

interface ChosenMedia {
  readonly mediaType: string;
  readonly media: LocatedNode;
  readonly kind: BodyKind;
}

function chosenMedia({ content }: FoundBody): ChosenMedia {
  const best = bestType(content.map(([name]) => name));
  for (const [mediaType, media] of content) {
    const kind = mediaType === best ? kindOf(mediaType) : undefined;
    if (kind !== undefined) return { mediaType, media, kind };
  }
  const names = content.map(([name]) => name).join(", ");
  throw new DocumentProblem(`its body is ${names}, which cannot be written`);
}

function openApiBody(operation: LocatedNode, references: References): FoundBody | undefined {
  const given = nodeAt(operation, "requestBody");
  if (!isPlainObject(given.value)) return undefined;
  const node = references.resolve(given);
  return {
    // What stands beside a `$ref` is nearer to the operation.
    description: textAt(given, "description") ?? textAt(node, "description"),
    required: ownValue(node.value, "required") === true,
    content: entriesOf(nodeAt(node, "content")),
  };
}

/** What the model writes: texts and bytes are a text, whatever their schema says of what is in them. */
function readValue(
  kind: BodyKind,
  mediaType: string,
  node: LocatedNode,
  slicer: SchemaSlicer,
): NormalSchema {
  const { schema, refs } = slicer.read(node);
  if (kind === "json") return { schema, refs };
  if (kind === "text") {
    return withoutRefs({ type: "string", ...notes(schema, `Text of type ${mediaType}.`) });
  }
  if (kind === "binary") {
    const note = `Bytes of type ${mediaType}, written as base64.`;
    return withoutRefs({ type: "string", contentEncoding: "base64", ...notes(schema, note) });
  }
  const isTyped = "type" in schema || "$ref" in schema;
  return { schema: isTyped ? schema : { type: "object", ...schema }, refs };
}

function withoutRefs(schema: JsonSchema): NormalSchema {
  return { schema, refs: new Set() };
}

function notes(schema: JsonSchema, note: string): JsonSchema {
  const { description, examples } = schema;
  const own = typeof description === "string" && !description.includes("base64") ? description : "";
  return {
    description: [own, note].filter((text) => text !== "").join(" "),
    ...(Array.isArray(examples) &&
      examples.every((example) => typeof example === "string") && { examples }),
  };
}

/** The body's own description goes before that of its schema, and notes on how to write it stay. */
function described(schema: JsonSchema, given: string | undefined): JsonSchema {
  const description = given?.trim();
  if (description === undefined || description === "") return schema;
  const known = schema["description"];
  if (typeof known !== "string" || known === description) return { ...schema, description };
  const isNote = schema["type"] === "string" && /^(?:Text|Bytes) of type /.test(known);
  return { ...schema, description: isNote ? `${description} ${known}` : description };
}
