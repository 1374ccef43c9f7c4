/** Limits of a config that hold for no tool: a misspelt name lets every call through. */
import { formatPath } from "../config/config-path.ts";
import { closestNames, suggestion } from "../core/closest-names.ts";
import { EACH_TENANT, EVERYTHING, matchScopes } from "../limits/match-scopes.ts";
import type { LimitsOptions } from "../limits/limit-options.ts";
import type { ToolInfo } from "../runtime/tool-info.ts";

/** A limit that holds for no tool. */
export interface IdleLimit {
  /** As it is written: a name, a pattern, `source:pets`, `tag:llm`. */
  readonly scope: string;
  /** What is wrong, with what may have been meant. */
  readonly message: string;
}

/** What of a tool its limits go by. */
export type ScopedTool = Pick<ToolInfo, "name" | "tags" | "namespace">;

/** The limits that hold for none of the tools, in the order they are written. */
export function idleLimits(
  limits: LimitsOptions,
  tools: readonly ScopedTool[],
): readonly IdleLimit[] {
  const scopes = Object.keys(limits).filter(
    (scope) => scope !== EVERYTHING && scope !== EACH_TENANT,
  );
  return scopes
    .filter((scope) => tools.every((tool) => matchScopes([scope], tool).length === 0))
    .map((scope) => {
      const place = formatPath(["limits", scope]);
      const message = `${place} holds for no tool.${suggestion(meant(scope, tools))}`;
      return { scope, message };
    });
}

/** Scopes of the same kind that there are tools in. */
function meant(scope: string, tools: readonly ScopedTool[]): readonly string[] {
  const [, kind = "", name = ""] = /^(source:|tag:)?(.*)$/su.exec(scope) ?? [];
  const known = new Set(
    tools.flatMap((tool) => {
      if (kind === "tag:") return tool.tags;
      return kind === "" ? tool.name : (tool.namespace ?? []);
    }),
  );
  return closestNames(name, known).map((each) => `${kind}${each}`);
}
