/** The functions and methods that a module exports, as they are declared. */
import { ts } from "ts-json-schema-generator";
import { classCallables, objectCallables } from "./class-callables.ts";
import type { Callable } from "./callable.ts";
import { readComment } from "./jsdoc-tags.ts";
import { Refusal } from "./refusal.ts";

/** Finds them in the order of the exports. What is marked as internal, or begins with `_`, is left out. */
export function exportedCallables(program: ts.Program, file: string): readonly Callable[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) return [];
  return checker
    .getExportsOfModule(module)
    .flatMap((symbol) => callablesOf(symbol, checker))
    .filter(({ name, comment }) => !comment.isHidden && name?.startsWith("_") !== true);
}

function callablesOf(exported: ts.Symbol, checker: ts.TypeChecker): readonly Callable[] {
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined || isFromPackage(declaration)) return [];
  if (ts.isClassLike(declaration)) return classCallables(exported.name, declaration, checker);
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const node = functionNode(symbol, type);
  if (node === undefined) return objectCallables(exported.name, type, checker);
  return [
    {
      exportName: exported.name,
      name: exported.name === "default" ? declaredName(node) : exported.name,
      node,
      comment: readComment(ts.isVariableDeclaration(declaration) ? declaration : node),
      member: { kind: "function" },
      refusal: isFromPackage(node)
        ? new Refusal("its types say nothing of its parameters. Export a function declaration.")
        : undefined,
    },
  ];
}

/** The first of a function's signatures, as it is declared. */
function functionNode(symbol: ts.Symbol, type: ts.Type): ts.SignatureDeclaration | undefined {
  const declared = symbol.declarations?.find(ts.isFunctionDeclaration);
  if (declared !== undefined) return declared;
  const initializer = initializerOf(symbol.valueDeclaration);
  if (initializer !== undefined && isFunctionExpression(initializer)) return initializer;
  if (initializer !== undefined && ts.isClassExpression(initializer)) return undefined;
  const signature = type.getCallSignatures()[0];
  return signature?.getDeclaration();
}

function initializerOf(declaration: ts.Declaration | undefined): ts.Expression | undefined {
  if (declaration === undefined) return undefined;
  if (ts.isExportAssignment(declaration)) return bareExpression(declaration.expression);
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
    return undefined;
  return bareExpression(declaration.initializer);
}

/** Without brackets and without what is said of its type. */
function bareExpression(written: ts.Expression): ts.Expression {
  let at = written;
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isSatisfiesExpression(at)
  ) {
    at = at.expression;
  }
  return at;
}

function isFunctionExpression(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** Whether it is declared in a package, and so was not written to be a tool of this module. */
function isFromPackage(declaration: ts.Node): boolean {
  const { fileName, isDeclarationFile } = declaration.getSourceFile();
  return isDeclarationFile || fileName.includes("/node_modules/");
}

function declaredName(node: ts.SignatureDeclaration): string | undefined {
  return node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : undefined;
}
