/** Tools from the methods of a class or an object. */
import { memberFunction } from "../../core/module-member.ts";
import { checkDefinition, type ModuleMember, type Tool, type ToolOrigin } from "../../core/tool.ts";
import { type ToolSettings, withSettings } from "../tool-settings.ts";
import { type MethodOwner, classOf, lineage, memberOf, ownerName } from "./class-methods.ts";
import type { MethodDescription, MethodDescriptions } from "./describe-methods.ts";

/** Settings of {@link classTools}. */
export interface ClassToolsOptions extends ToolSettings {
  /** Which methods become tools, by tool name. Stronger than the class's own static field `tools`. */
  readonly methods?: MethodDescriptions | undefined;
}

/**
 * Tools from the described methods of a class or an object; a method that nobody described is none.
 *
 * Descriptions come from `options.methods` and from the static field `tools` of the class and of
 * those it inherits from, the nearest winning. Methods of a class run on one instance per
 * thread, made without arguments at the first call; those of an object on that object.
 *
 * @throws TypeError when nothing is described, or a described method does not exist.
 */
export function classTools(target: MethodOwner, options: ClassToolsOptions = {}): Tool[] {
  return methodTools(target, options, () => ({ kind: "closure" }));
}

/** {@link classTools} for a target that can be loaded elsewhere: `originOf` says how. */
export function methodTools(
  target: MethodOwner,
  options: ClassToolsOptions,
  originOf: (member: ModuleMember) => ToolOrigin,
): Tool[] {
  checkTarget(target);
  const descriptions = { ...staticDescriptions(target), ...options.methods };
  const described = Object.entries(descriptions);
  if (described.length === 0) {
    throw new TypeError(
      `${ownerName(target)} describes no methods. Describe them in the option \`methods\` ` +
        "or in a static field `tools` of the class (a getter is not read).",
    );
  }
  return described.map(([name, description]) => {
    checkDescription(`${ownerName(target)}, tool "${name}"`, description);
    const { method: _method, static: _static, parameters: _parameters, ...rest } = description;
    const member = memberOf(target, name, description);
    const execute = memberFunction(target, member);
    const tool = { ...rest, name, execute, origin: originOf(member) };
    checkDefinition(tool);
    return withSettings(tool, options);
  });
}

/** Descriptions in the static fields `tools` of a class, or of an object's class, the nearest winning. */
export function staticDescriptions(target: MethodOwner): MethodDescriptions {
  const fields = lineage(classOf(target) ?? null).map(
    (Class): unknown => Object.getOwnPropertyDescriptor(Class, "tools")?.value,
  );
  return Object.assign({}, ...fields.filter(isRecord).toReversed()) as MethodDescriptions;
}

function checkTarget(target: unknown): void {
  if (typeof target === "function" || (typeof target === "object" && target !== null)) return;
  const kind = target === null ? "null" : typeof target;
  throw new TypeError(`Methods can only be taken from a class or an object, not from ${kind}.`);
}

const KNOWN_FIELDS = new Set([
  "description",
  "input",
  "inputJsonSchema",
  "output",
  "parameters",
  "method",
  "static",
  "timeoutMs",
  "maxResultBytes",
  "truncate",
  "retry",
  "annotations",
  "tags",
  "mode",
] satisfies (keyof MethodDescription)[]) as ReadonlySet<string>;

/** A misspelt field would go unnoticed otherwise, for every one but two may be left out. */
function checkDescription(where: string, description: unknown): void {
  if (!isRecord(description)) {
    throw new TypeError(
      `${where}: a description must be an object with \`description\` and \`input\`.`,
    );
  }
  const unknown = Object.keys(description).find((field) => !KNOWN_FIELDS.has(field));
  if (unknown !== undefined) {
    throw new TypeError(
      `${where}: \`${unknown}\` is unknown; known: ${[...KNOWN_FIELDS].join(", ")}.`,
    );
  }
  const { parameters } = description;
  const isList = Array.isArray(parameters) && parameters.every((name) => typeof name === "string");
  if (parameters !== undefined && !isList) {
    throw new TypeError(`${where}: \`parameters\` must be a list of names of input fields.`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
