/** Names for tools, such that no two are the same. */
import type { Callable } from "./callable.ts";
import { Refusal } from "./refusal.ts";

/** A function or a method with the name of its tool. */
export interface NamedCallable {
  readonly callable: Callable;
  readonly name: string;
  /** Why it has none. */
  readonly problem?: Refusal;
}

/**
 * Names tools: by `@name`, else as the function or the method is called. Methods whose name is taken twice get that of
 * their class in front: `Circle.area`. A name that is taken all the same is a problem of the later one.
 */
export function nameTools(callables: readonly Callable[]): readonly NamedCallable[] {
  const counts = new Map<string, number>();
  for (const name of namesOnce(callables)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const taken = new Map<string, Callable>();
  return callables.map((callable) => {
    const own = ownName(callable);
    if (own === undefined) {
      const problem = new Refusal("it has no name. Give the function one, or write `@name`.");
      return { callable, name: "", problem };
    }
    if (callable.refusal !== undefined) return { callable, name: own };
    const isShared = (counts.get(own) ?? 0) > 1 && callable.comment.name === undefined;
    const name = isShared && callable.owner !== undefined ? `${callable.owner}.${own}` : own;
    const other = taken.get(name);
    if (other === undefined || isSameTool(other, callable)) {
      taken.set(name, other ?? callable);
      return { callable, name };
    }
    const problem = new Refusal(`another tool is called "${name}" already. Write \`@name\`.`);
    return { callable, name, problem };
  });
}

function ownName({ comment, name }: Callable): string | undefined {
  return comment.name ?? name;
}

/** The names that are asked for, once for each function and for each side of each class. */
function namesOnce(callables: readonly Callable[]): readonly string[] {
  const possible = callables.filter(({ refusal }) => refusal === undefined);
  const asked = possible.flatMap((callable) => {
    const { owner = "", member } = callable;
    const side = member.kind === "method" ? member.on : "";
    const own = ownName(callable);
    return own === undefined ? [] : [[`${owner} ${side} ${own}`, own] as const];
  });
  return [...new Map(asked).values()];
}

/** The same thing under two export names: which is taken is decided when the module is imported. */
function isSameTool(one: Callable, other: Callable): boolean {
  return one.node === other.node && one.owner === other.owner;
}
