/** The public methods of classes and objects, as they are declared. */
import { ts } from "ts-json-schema-generator";
import type { Callable } from "./callable.ts";
import { readComment } from "./jsdoc-tags.ts";
import { Refusal } from "./refusal.ts";

type On = "instance" | "class" | "object";

interface Owner {
  readonly exportName: string;
  readonly name: string;
  readonly on: On;
  readonly refusal?: Refusal | undefined;
}

/** The methods of a class: own and inherited ones of its instances, then static ones. */
export function classCallables(
  exportName: string,
  declaration: ts.ClassLikeDeclaration,
  checker: ts.TypeChecker,
): readonly Callable[] {
  if (readComment(declaration).isHidden) return [];
  const symbol = (declaration as { readonly symbol?: ts.Symbol }).symbol;
  if (symbol === undefined) return [];
  const name = exportName === "default" ? (declaration.name?.text ?? exportName) : exportName;
  const ofClass = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const ofInstance = checker.getDeclaredTypeOfSymbol(symbol);
  const refusal = refusalOf(declaration, ofClass);
  return [
    ...methodsOf({ exportName, name, on: "instance", refusal }, ofInstance, checker),
    ...methodsOf({ exportName, name, on: "class" }, ofClass, checker),
  ];
}

/** The methods of an object that is exported as it is. */
export function objectCallables(
  exportName: string,
  type: ts.Type,
  checker: ts.TypeChecker,
): readonly Callable[] {
  return methodsOf({ exportName, name: exportName, on: "object" }, type, checker);
}

function methodsOf(owner: Owner, type: ts.Type, checker: ts.TypeChecker): readonly Callable[] {
  return checker.getPropertiesOfType(type).flatMap((property) => {
    const node = methodNode(property);
    if (node === undefined || !isPublic(node)) return [];
    const { exportName, name, on, refusal } = owner;
    const member = { kind: "method", method: property.name, on } as const;
    const comment = readComment(node);
    return [{ exportName, owner: name, name: property.name, node, comment, member, refusal }];
  });
}

/** The first of a method's signatures; a function kept in a property counts as well. */
function methodNode(property: ts.Symbol): ts.SignatureDeclaration | undefined {
  const declarations = property.declarations ?? [];
  const method = declarations.find(ts.isMethodDeclaration);
  const written = method ?? declarations.map(functionIn).find((node) => node !== undefined);
  if (written === undefined) return undefined;
  const { fileName, isDeclarationFile } = written.getSourceFile();
  return isDeclarationFile || fileName.includes("/node_modules/") ? undefined : written;
}

function functionIn(declaration: ts.Declaration): ts.SignatureDeclaration | undefined {
  if (!ts.isPropertyDeclaration(declaration) && !ts.isPropertyAssignment(declaration))
    return undefined;
  const { initializer } = declaration;
  const isFunction =
    initializer !== undefined &&
    (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer));
  return isFunction ? initializer : undefined;
}

/** Neither `private`, `protected` nor `#name`, and with a name that can be written. */
function isPublic(node: ts.SignatureDeclaration): boolean {
  const declaration = ts.isMethodDeclaration(node) ? node : (node.parent as ts.PropertyDeclaration);
  const { name } = declaration;
  if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) return false;
  const flags = ts.getCombinedModifierFlags(declaration);
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Abstract;
  return (flags & hidden) === 0;
}

/** Why nobody can make an instance of the class without knowing more. */
function refusalOf(declaration: ts.ClassLikeDeclaration, ofClass: ts.Type): Refusal | undefined {
  const name = declaration.name?.text ?? "the class";
  if ((ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) !== 0) {
    return new Refusal(`\`${name}\` is abstract. Export a class that extends it.`);
  }
  if (ts.getEffectiveTypeParameterDeclarations(declaration).length > 0) {
    return new Refusal(
      `\`${name}\` is generic. Export a class that extends it with the types named.`,
    );
  }
  const constructors = ofClass.getConstructSignatures().map((at) => at.getDeclaration());
  // One that is not written has no declaration.
  if (
    constructors.some((at: ts.SignatureDeclaration | undefined) => at === undefined || isFree(at))
  )
    return undefined;
  return new Refusal(
    `the constructor of \`${name}\` needs arguments, or is not public. Give them defaults, or ` +
      "export an instance and name it with `export`.",
  );
}

/** Whether a constructor can be called by anybody, without arguments. */
function isFree(constructor: ts.SignatureDeclaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  const isHidden = (ts.getCombinedModifierFlags(constructor) & hidden) !== 0;
  return !isHidden && constructor.parameters.every(isOptional);
}

function isOptional(parameter: ts.ParameterDeclaration): boolean {
  return (
    parameter.questionToken !== undefined ||
    parameter.initializer !== undefined ||
    parameter.dotDotDotToken !== undefined
  );
}
