/** The inputs of functions, and how they are called with them. */
import {
  type CompletedConfig,
  createFormatter,
  createParser,
  DEFAULT_CONFIG,
  type MutableParser,
  type NodeParser,
  SchemaGenerator,
  ts,
} from "ts-json-schema-generator";
import type { CallShape } from "../../../core/tool-origin.ts";
import { JsonTypes } from "./json-types.ts";
import { describeProperties } from "./property-notes.ts";
import { Refusal } from "./refusal.ts";
import { type Parameters, parametersOf, SignatureTypes } from "./signature-types.ts";
import { tidySchema } from "./tidy-schema.ts";
import { UnreadTypes } from "./unread-types.ts";

type Schema = Readonly<Record<string, unknown>>;

/** What a function wants. */
export interface DerivedInput {
  readonly input: Schema;
  readonly shape: CallShape;
}

/** Makes schemas; after something was refused, it must be made anew: its memory of circles is no longer true. */
interface Generator {
  schemaOf(node: ts.SignatureDeclaration): Schema;
}

/** Longest schema of one tool, in characters of JSON. */
const MAXIMUM_SCHEMA_LENGTH = 100_000;

const CONFIG: CompletedConfig = {
  ...DEFAULT_CONFIG,
  expose: "all",
  topRef: false,
  encodeRefs: false,
  functions: "hide",
  skipTypeCheck: true,
};

/** Reads the inputs of a program's functions. */
export class SchemaReader {
  /** The files of all types that were read, but for the language's own. */
  readonly files: Set<string> = new Set();
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  #generator: Generator | undefined;

  constructor(program: ts.Program) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
  }

  /** Reads the input of a function. Throws a {@link Refusal} when it is no JSON. */
  read(node: ts.SignatureDeclaration): DerivedInput {
    if (isGeneric(node)) {
      throw new Refusal("it is generic. Export a function with the types named.");
    }
    const parameters = parametersOf(node, this.#checker);
    const input = tidySchema(this.#generate(node));
    if (JSON.stringify(input).length > MAXIMUM_SCHEMA_LENGTH) {
      throw new Refusal("its types are too large for a model. Make them simpler.");
    }
    return asOneObject(node, parameters, input) ?? byPosition(parameters, input);
  }

  #generate(node: ts.SignatureDeclaration): Schema {
    this.#generator ??= this.#makeGenerator();
    try {
      return this.#generator.schemaOf(node);
    } catch (thrown) {
      this.#generator = undefined;
      throw thrown;
    }
  }

  #makeGenerator(): Generator {
    const files = new Set<string>();
    let jsonTypes: JsonTypes | undefined;
    let signatures: SignatureTypes | undefined;
    const augment = (chain: MutableParser): void => {
      const inner = chain as MutableParser & NodeParser;
      signatures = new SignatureTypes(inner, this.#checker);
      jsonTypes = new JsonTypes(this.#program, files, inner);
      chain
        .addNodeParser(signatures)
        .addNodeParser(jsonTypes)
        .addNodeParser(new UnreadTypes(inner));
    };
    const parser = createParser(this.#program, CONFIG, augment);
    const formatter = createFormatter(CONFIG);
    const generator = new SchemaGenerator(this.#program, parser, formatter, CONFIG);
    return {
      schemaOf: (node) => {
        jsonTypes?.reset();
        if (signatures !== undefined) signatures.target = node;
        const schema = generator.createSchemaFromNodes([node]) as Schema;
        for (const file of files) if (!this.#isBuiltIn(file)) this.files.add(file);
        return schema;
      },
    };
  }

  #isBuiltIn(fileName: string): boolean {
    const file = this.#program.getSourceFile(fileName);
    return file === undefined || this.#program.isSourceFileDefaultLibrary(file);
  }
}

function byPosition({ fields, context }: Parameters, input: Schema): DerivedInput {
  const rest = fields.at(-1)?.node.dotDotDotToken !== undefined;
  const shape: CallShape = {
    parameters: fields.map(({ name }) => name),
    ...(context && { context }),
    ...(rest && { rest }),
  };
  return { input, shape };
}

/** Where there is one parameter, and it is an object with named properties, it is the input. */
function asOneObject(
  node: ts.SignatureDeclaration,
  { fields }: Parameters,
  input: Schema,
): DerivedInput | undefined {
  const [only, ...others] = fields;
  if (only === undefined || others.length > 0 || only.node.dotDotDotToken !== undefined)
    return undefined;
  const found = propertyOf(input, only.name);
  if (found["type"] !== "object" || found["properties"] === undefined) return undefined;
  const { description: _text, default: _default, ...schema } = found;
  const properties = describeProperties(node, only.node, schema["properties"] as Schema);
  const { $defs } = input;
  return {
    input: { ...schema, properties, ...($defs !== undefined && { $defs }) },
    shape: { parameters: undefined },
  };
}

/** The schema of a property, with what it refers to in its place. */
function propertyOf({ properties, $defs }: Schema, name: string): Schema {
  const { $ref, ...own } = (properties as Readonly<Record<string, Schema>>)[name] ?? {};
  if (typeof $ref !== "string") return own;
  const named = ($defs as Readonly<Record<string, Schema>>)[$ref.slice("#/$defs/".length)];
  return { ...named, ...own };
}

function isGeneric(node: ts.SignatureDeclaration & ts.DeclarationWithTypeParameters): boolean {
  return ts.getEffectiveTypeParameterDeclarations(node).length > 0;
}
