/**
 * Types that the schema generator does not read itself: those in JSDoc comments of JavaScript files, and optional items
 * of a tuple that have a name.
 */
import {
  AnnotatedType,
  AnyType,
  type BaseType,
  type Context,
  DefinitionType,
  type NodeParser,
  NullType,
  ObjectProperty,
  ObjectType,
  OptionalType,
  type SubNodeParser,
  ts,
  UnionType,
} from "ts-json-schema-generator";
import { commentText } from "./jsdoc-tags.ts";
import { Refusal } from "./refusal.ts";

/** Reads `{?string}`, `{string=}`, `{*}`, what `@typedef` with `@property` names, and `[text: string, count?: number]`. */
export class UnreadTypes implements SubNodeParser {
  readonly #inner: NodeParser;

  constructor(inner: NodeParser) {
    this.#inner = inner;
  }

  supportsNode(node: ts.Node): boolean {
    return (
      ts.isJSDocTypeExpression(node) ||
      ts.isJSDocOptionalType(node) ||
      ts.isJSDocNonNullableType(node) ||
      ts.isJSDocNullableType(node) ||
      ts.isJSDocAllType(node) ||
      ts.isJSDocTypedefTag(node) ||
      ts.isJSDocTypeLiteral(node) ||
      (ts.isNamedTupleMember(node) && node.questionToken !== undefined)
    );
  }

  createType(node: ts.Node, context: Context): BaseType {
    if (ts.isJSDocAllType(node)) return new AnyType();
    if (ts.isJSDocTypedefTag(node)) return this.#typedef(node, context);
    if (ts.isJSDocTypeLiteral(node)) return this.#literal(node, context);
    const type = this.#inner.createType((node as ts.JSDocTypeExpression).type, context);
    if (ts.isNamedTupleMember(node)) {
      return new OptionalType(new AnnotatedType(type, { title: node.name.text }, false));
    }
    return ts.isJSDocNullableType(node) ? new UnionType([type, new NullType()]) : type;
  }

  #typedef(node: ts.JSDocTypedefTag, context: Context): BaseType {
    const name = node.name?.getText() ?? "Type";
    if (node.typeExpression === undefined) {
      throw new Refusal(`the type \`${name}\` says nothing. Give it a type or properties.`);
    }
    return new DefinitionType(name, this.#inner.createType(node.typeExpression, context));
  }

  #literal(node: ts.JSDocTypeLiteral, context: Context): BaseType {
    const tags = (node.jsDocPropertyTags ?? []) as readonly ts.JSDocPropertyTag[];
    const properties = tags.map((tag) => {
      if (tag.typeExpression === undefined) {
        throw new Refusal(`the property \`${tag.name.getText()}\` has no type. Give it one.`);
      }
      const type = this.#inner.createType(tag.typeExpression, context);
      const description = commentText(tag.comment);
      const { name } = tag;
      return new ObjectProperty(
        ts.isIdentifier(name) ? name.text : name.right.text,
        description === undefined ? type : new AnnotatedType(type, { description }, false),
        !tag.isBracketed && !ts.isJSDocOptionalType(tag.typeExpression.type),
      );
    });
    return new ObjectType(
      `jsdoc-${node.getSourceFile().fileName}-${node.pos}`,
      [],
      properties,
      false,
    );
  }
}
