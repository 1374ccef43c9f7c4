/** Namespaces: the part of a tool's name before it, joined by a dot; `a.b` lies within `a`. */
import type { Tool } from "../core/tool.ts";

/**
 * Checks a namespace: parts joined by dots, none empty, no white space.
 *
 * @throws TypeError that shows the namespace.
 */
export function checkNamespace(namespace: string): void {
  if (typeof namespace === "string" && /^[^\s.]+(?:\.[^\s.]+)*$/.test(namespace)) return;
  throw new TypeError(
    `Namespace ${JSON.stringify(namespace)} is not valid. Write words joined by dots, ` +
      "such as `math` or `github.issues`, without white space.",
  );
}

/** Whether `namespace` is `outer` or lies within it. */
export function isWithin(namespace: string | undefined, outer: string): boolean {
  return namespace === outer || (namespace?.startsWith(`${outer}.`) ?? false);
}

/** The tool under its full name. It still runs as the tool it was, with the same `this`. */
export function namespaced(tool: Tool, namespace: string | undefined): Tool {
  if (namespace === undefined) return tool;
  const name = `${namespace}.${tool.name}`;
  return Object.freeze({ ...tool, name, execute: tool.execute.bind(tool) });
}
