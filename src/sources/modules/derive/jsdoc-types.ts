/** Types written in JSDoc comments of JavaScript files, which the schema generator does not read itself. */
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
  type SubNodeParser,
  ts,
  UnionType,
} from "ts-json-schema-generator";
import { commentText } from "./jsdoc-tags.ts";
import { Refusal } from "./refusal.ts";

/** Reads `{?string}`, `{string=}`, `{*}`, and what `@typedef` with `@property` names. */
export class JsDocTypes implements SubNodeParser {
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
      ts.isJSDocTypeLiteral(node)
    );
  }

  createType(node: ts.Node, context: Context): BaseType {
    if (ts.isJSDocAllType(node)) return new AnyType();
    if (ts.isJSDocTypedefTag(node)) return this.#typedef(node, context);
    if (ts.isJSDocTypeLiteral(node)) return this.#literal(node, context);
    const type = this.#inner.createType((node as ts.JSDocTypeExpression).type, context);
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
      return new ObjectProperty(
        tag.name.getText(),
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
