/** A function's parameters as the type of one object, for the schema generator. */
import {
  AnnotatedType,
  type BaseType,
  type Context,
  ExtendedAnnotationsReader,
  type NodeParser,
  ObjectProperty,
  ObjectType,
  type SubNodeParser,
  ts,
} from "ts-json-schema-generator";
import { literalValue } from "./literal-value.ts";
import { withoutHyphen } from "./jsdoc-tags.ts";
import { Refusal, refusalIn } from "./refusal.ts";

const NO_TYPE = "it has no type. Write one; `unknown` takes anything.";
const NO_TYPE_IN_JS =
  "it has no type. Write `@param {number} name` in the JSDoc comment; or, where the file was compiled from " +
  "TypeScript, write its schemas: toolyard schema --from SOURCE.ts --out MODULE.schema.json.";

/** What becomes of a function's parameters. */
export interface Parameters {
  /** Those that the input fills. */
  readonly fields: readonly Field[];
  /** Whether the last one takes the context. */
  readonly context: boolean;
}

/** A parameter and the field of the input that fills it. */
export interface Field {
  readonly name: string;
  readonly node: ts.ParameterDeclaration;
}

/** Sorts the parameters of a function. */
export function parametersOf(node: ts.SignatureDeclaration, checker: ts.TypeChecker): Parameters {
  const all = node.parameters.filter(({ name }) => !ts.isIdentifier(name) || name.text !== "this");
  const last = all.at(-1);
  const context = last !== undefined && isToolContext(last, checker);
  const filled = context ? all.slice(0, -1) : all;
  const names = new Set(filled.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : [])));
  const nameOf = ({ name }: ts.ParameterDeclaration, place: number): string => {
    if (ts.isIdentifier(name)) return name.text;
    return names.has("options") || filled.length > 2 ? `argument${place + 1}` : "options";
  };
  return { fields: filled.map((at, place) => ({ name: nameOf(at, place), node: at })), context };
}

/** Reads the node of a function as the object of its fields. */
export class SignatureTypes implements SubNodeParser {
  readonly #inner: NodeParser;
  readonly #checker: ts.TypeChecker;
  readonly #annotations: ExtendedAnnotationsReader;
  /** The function that is read. */
  #target: ts.SignatureDeclaration | undefined;

  constructor(inner: NodeParser, checker: ts.TypeChecker) {
    this.#inner = inner;
    this.#checker = checker;
    this.#annotations = new ExtendedAnnotationsReader(checker, new Set());
  }

  /** The function to read next. */
  set target(node: ts.SignatureDeclaration) {
    this.#target = node;
  }

  supportsNode(node: ts.Node): boolean {
    return node === this.#target;
  }

  createType(node: ts.SignatureDeclaration, context: Context): BaseType {
    const { fields } = parametersOf(node, this.#checker);
    const properties = fields.map((field) => {
      try {
        return this.#property(field, context);
      } catch (thrown) {
        const cause = refusalIn(thrown);
        throw new Refusal(`parameter \`${field.name}\`: ${cause.message}`, { cause });
      }
    });
    const id = `parameters-${node.getSourceFile().fileName}-${node.pos}`;
    return new ObjectType(id, [], properties, false);
  }

  #property({ name, node }: Field, context: Context): ObjectProperty {
    const type = this.#inner.createType(this.#typeNode(node), context);
    const isOptional =
      this.#checker.isOptionalParameter(node) ||
      node.initializer !== undefined ||
      node.dotDotDotToken !== undefined;
    const annotations = this.#annotationsOf(node);
    const isNullable = this.#annotations.isNullable(node);
    const isBare = Object.keys(annotations).length === 0 && !isNullable;
    return new ObjectProperty(
      name,
      isBare ? type : new AnnotatedType(type, annotations, isNullable),
      !isOptional,
    );
  }

  #annotationsOf(node: ts.ParameterDeclaration): Record<string, unknown> {
    const { description, ...annotations } = this.#annotations.getAnnotations(node) ?? {};
    const text = typeof description === "string" ? withoutHyphen(description) : "";
    const value = node.initializer && literalValue(node.initializer);
    return {
      ...(value !== undefined && { default: value }),
      ...annotations,
      ...(text !== "" && { description: text }),
    };
  }

  /** As it is written, in JSDoc too; else what the initial value or the function's type say. */
  #typeNode(node: ts.ParameterDeclaration): ts.TypeNode {
    if (node.type !== undefined) return node.type;
    const written = ts.getJSDocType(node);
    if (written !== undefined) return written;
    const type = this.#checker.getTypeAtLocation(node);
    const flags = ts.NodeBuilderFlags.NoTruncation;
    const inferred = this.#checker.typeToTypeNode(type, node, flags);
    if ((type.flags & ts.TypeFlags.Any) === 0 && inferred !== undefined) return inferred;
    throw new Refusal(
      /\.[mc]?jsx?$/u.test(node.getSourceFile().fileName) ? NO_TYPE_IN_JS : NO_TYPE,
    );
  }
}

function isToolContext(node: ts.ParameterDeclaration, checker: ts.TypeChecker): boolean {
  if (isContextName(node.type)) return true;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  const symbol: ts.Symbol | undefined = type.aliasSymbol ?? type.symbol;
  return symbol?.name === "ToolContext";
}

/** By its name as well: where this package cannot be found, there is no type behind it. */
function isContextName(type: ts.TypeNode | undefined): boolean {
  if (type === undefined || !ts.isTypeReferenceNode(type)) return false;
  const { typeName } = type;
  return (ts.isIdentifier(typeName) ? typeName : typeName.right).text === "ToolContext";
}
