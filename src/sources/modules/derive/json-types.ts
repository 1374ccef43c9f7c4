/**
 * Refuses types that no JSON can stand for, before the schema generator sees them: it would write
 * `Date` as a string that never becomes a Date, and leave out methods and what it cannot find.
 */
import {
  type BaseType,
  type Context,
  NeverType,
  type NodeParser,
  type SubNodeParser,
  ts,
} from "ts-json-schema-generator";
import { MissingType, Refusal } from "./refusal.ts";

/** Most nodes of types that are looked at for one function. */
const MAXIMUM_NODES = 20_000;

/** Those of the language's own types that are JSON. */
const JSON_INTERFACES: ReadonlySet<string> = new Set(["Array", "ReadonlyArray"]);

const REMEDIES: Readonly<Record<string, string>> = {
  Date: "Take a string, and make the Date of it inside.",
  RegExp: "Take a string, and make the RegExp of it inside.",
  URL: "Take a string, and make the URL of it inside.",
  Map: "Take a Record.",
  Set: "Take an array.",
  Promise: "Take the value itself.",
  Buffer: "Take a base64 string.",
  Uint8Array: "Take a base64 string.",
  ArrayBuffer: "Take a base64 string.",
  Function: "Tools take data: leave the function out, or make it inside.",
  Object: "Say which properties it has, or take a Record.",
};
const CONDITION =
  "its types decide by conditions (`A extends B ? C : D`) that cannot be followed. Write the type out.";
const PLAIN = "Take what JSON has: objects, arrays, strings, numbers, booleans.";

/** Looks at each node that is read, throws a {@link Refusal} where it is no JSON, and reads none but functions. */
export class JsonTypes implements SubNodeParser {
  readonly #program: ts.Program;
  readonly #checker: ts.TypeChecker;
  readonly #files: Set<string>;
  readonly #inner: NodeParser;
  #left = MAXIMUM_NODES;

  /** @param files - Receives the file of each node. */
  constructor(program: ts.Program, files: Set<string>, inner: NodeParser) {
    this.#inner = inner;
    this.#program = program;
    this.#checker = program.getTypeChecker();
    this.#files = files;
  }

  /** Begins with another function. */
  reset(): void {
    this.#left = MAXIMUM_NODES;
  }

  supportsNode(node: ts.Node): boolean {
    this.#left -= 1;
    if (this.#left < 0) throw new Refusal("its types are too large. Make them simpler.");
    const file = node.getSourceFile() as ts.SourceFile | undefined;
    if (file !== undefined) this.#files.add(file.fileName);
    if (ts.isFunctionTypeNode(node)) return checkFunction(node);
    if (ts.isTypeReferenceNode(node)) return this.#checkReference(node);
    checkNode(node);
    return false;
  }

  createType(node: ts.Node, context: Context): BaseType {
    // An optional function of an object: a model cannot give it, and need not.
    if (ts.isFunctionTypeNode(node)) return new NeverType();
    if (context.getParameters().length > 0) throw new Refusal(CONDITION);
    const type = this.#checker.getTypeFromTypeNode(node as ts.TypeReferenceNode);
    const flags: ts.NodeBuilderFlags =
      ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias;
    const plain = this.#checker.typeToTypeNode(type, undefined, flags);
    if (plain === undefined || (type.flags & ts.TypeFlags.Any) !== 0) throw new Refusal(CONDITION);
    return this.#inner.createType(plain, context);
  }

  /** Whether it is a type that decides by a condition: TypeScript itself reads these better than the generator. */
  #checkReference(node: ts.TypeReferenceNode): boolean {
    const name = entityText(node.typeName);
    const symbol = this.#symbolOf(node.typeName);
    if (symbol === undefined || (symbol.declarations ?? []).length === 0) {
      throw new MissingType(`the type \`${name}\` cannot be found. Mend its import.`);
    }
    const declarations = symbol.declarations ?? [];
    const alias = declarations.find(ts.isTypeAliasDeclaration);
    if (!declarations.every((at) => this.#isBuiltIn(at))) {
      return alias !== undefined && ts.isConditionalTypeNode(alias.type);
    }
    if (JSON_INTERFACES.has(symbol.name) || alias !== undefined) return false;
    throw new Refusal(`\`${name}\` is not JSON. ${REMEDIES[symbol.name] ?? PLAIN}`);
  }

  #symbolOf(name: ts.EntityName): ts.Symbol | undefined {
    const symbol =
      this.#checker.getSymbolAtLocation(name) ?? (name as { readonly symbol?: ts.Symbol }).symbol;
    if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Alias) === 0) return symbol;
    return this.#checker.getAliasedSymbol(symbol);
  }

  /** Whether it is declared by the language or by Node. */
  #isBuiltIn(declaration: ts.Node): boolean {
    const file = declaration.getSourceFile();
    if (ts.isTypeParameterDeclaration(declaration)) return false;
    return (
      this.#program.isSourceFileDefaultLibrary(file) ||
      /\/node_modules\/(?:@types\/node|buffer|undici-types)\//u.test(file.fileName)
    );
  }
}

function checkFunction(node: ts.FunctionTypeNode): boolean {
  let at: ts.Node | undefined = node.parent;
  while (at !== undefined && ts.isParenthesizedTypeNode(at)) at = at.parent;
  const isOptional =
    at !== undefined && ts.isPropertySignature(at) && at.questionToken !== undefined;
  if (isOptional) return true;
  throw new Refusal(`a function is not JSON. ${REMEDIES["Function"]}`);
}

const NOT_JSON: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.BigIntKeyword,
  ts.SyntaxKind.SymbolKeyword,
  ts.SyntaxKind.ConstructorType,
]);

function checkNode(node: ts.Node): void {
  if (NOT_JSON.has(node.kind)) throw new Refusal(`a bigint or a symbol is not JSON. ${PLAIN}`);
  const isObject =
    ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node) || ts.isTypeLiteralNode(node);
  if (!isObject) return;
  const members: readonly ts.Node[] = node.members;
  if (!members.some(isMethod)) return;
  const name = ts.isTypeLiteralNode(node) ? "an object" : `\`${node.name?.text ?? "a class"}\``;
  throw new Refusal(`${name} has methods, and JSON has none. Take a type with properties alone.`);
}

function isMethod(member: ts.Node): boolean {
  return (
    ts.isMethodSignature(member) ||
    ts.isMethodDeclaration(member) ||
    ts.isCallSignatureDeclaration(member) ||
    ts.isAccessor(member)
  );
}

function entityText(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : `${entityText(name.left)}.${name.right.text}`;
}
