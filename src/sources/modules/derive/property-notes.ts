/** What a function says of the properties of its one object, where their types do not. */
import { ts } from "ts-json-schema-generator";
import { propertyTexts } from "./jsdoc-tags.ts";
import { literalValue } from "./literal-value.ts";

type Schema = Readonly<Record<string, unknown>>;

/** With the texts of `@param options.limit …` and the defaults of `{ limit = 10 }`, where the type has none. */
export function describeProperties(
  node: ts.SignatureDeclaration,
  { name }: ts.ParameterDeclaration,
  properties: Schema,
): Schema {
  const texts = propertyTexts(node);
  const defaults = ts.isObjectBindingPattern(name) ? defaultsOf(name) : new Map<string, unknown>();
  return Object.fromEntries(
    Object.entries(properties as Readonly<Record<string, Schema>>).map(([key, schema]) => [
      key,
      {
        ...(texts.has(key) && { description: texts.get(key) }),
        ...(defaults.has(key) && { default: defaults.get(key) }),
        ...schema,
      },
    ]),
  );
}

function defaultsOf({ elements }: ts.ObjectBindingPattern): Map<string, unknown> {
  return new Map(
    elements.flatMap(({ propertyName, name, initializer }) => {
      const key = propertyName ?? name;
      const value = initializer && literalValue(initializer);
      return ts.isIdentifier(key) && value !== undefined ? [[key.text, value] as const] : [];
    }),
  );
}
