import { ts } from "ts-json-schema-generator";

/** The value of an expression that is JSON as it is written; undefined for any other. */
export function literalValue(node: ts.Expression): unknown {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (node.kind === ts.SyntaxKind.NullKeyword) return null;
  if (ts.isPrefixUnaryExpression(node)) return negative(node);
  if (!ts.isArrayLiteralExpression(node)) return undefined;
  const items = node.elements.map(literalValue);
  return items.includes(undefined) ? undefined : items;
}

function negative({ operator, operand }: ts.PrefixUnaryExpression): number | undefined {
  const isNumber = operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(operand);
  return isNumber ? -Number(operand.text) : undefined;
}
