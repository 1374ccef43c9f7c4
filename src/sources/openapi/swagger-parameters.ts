/** Parameters of Swagger 2.0, whose schema stands in them and whose lists have a `collectionFormat`. */
import { type LocatedNode, nodeAt, ownValue, textAt } from "./located-node.ts";
import type { ParameterPlan, ParameterStyle } from "./operation.ts";

interface Style {
  readonly style: ParameterStyle;
  readonly explode: boolean;
}

/** How `query` and `formData` write lists. */
const QUERY: Readonly<Record<string, Style>> = {
  csv: { style: "form", explode: false },
  ssv: { style: "spaceDelimited", explode: false },
  pipes: { style: "pipeDelimited", explode: false },
  multi: { style: "form", explode: true },
};

/** Separators of lists that no style of OpenAPI 3 writes: the model writes the whole text. */
const SEPARATORS: Readonly<Record<string, string>> = {
  ssv: "a space",
  tsv: "a tab",
  pipes: "|",
};

/** The style of a parameter that has its schema in itself. */
export function collectionStyle(node: LocatedNode, place: ParameterPlan["in"] | "formData"): Style {
  if (place === "path" || place === "header") return { style: "simple", explode: false };
  const format = textAt(node, "collectionFormat") ?? "csv";
  return (ownValue(QUERY, format) as Style | undefined) ?? { style: "form", explode: false };
}

/** The schema of such a parameter, as if it stood below `schema`. */
export function inlineSchema(node: LocatedNode): LocatedNode {
  const { value } = node;
  const separator = separatorOf(node);
  if (separator !== undefined) {
    const description = [
      textAt(node, "description"),
      `Several values, with ${separator} between them.`,
    ];
    return {
      ...node,
      value: { type: "string", description: description.filter(Boolean).join(" ") },
    };
  }
  const {
    name: _name,
    in: _in,
    required: _required,
    ...schema
  } = Object(value) as Record<string, unknown>;
  return { ...node, value: schema };
}

function separatorOf(node: LocatedNode): string | undefined {
  const format = textAt(node, "collectionFormat");
  if (nodeAt(node, "type").value !== "array" || format === undefined) return undefined;
  const isQuery = ["query", "formData"].includes(textAt(node, "in") ?? "");
  if (isQuery && Object.hasOwn(QUERY, format)) return undefined;
  return Object.hasOwn(SEPARATORS, format) ? SEPARATORS[format] : undefined;
}
