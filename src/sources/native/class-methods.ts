/** Methods of classes and objects: own, inherited and static, found without calling a getter. */
import { GENERATOR_PROBLEM, isGenerator } from "../../core/check-definition.ts";
import type { MethodMember } from "../../core/module-member.ts";
import type { MethodDescription } from "./describe-methods.ts";

/** A class. */
export type Class = new (...given: never[]) => object;

/** A class or an object with methods. */
export type MethodOwner = object | Class;

/** How people call an owner: a class by its name, an object by that of its class. */
export function ownerName(owner: MethodOwner): string {
  if (isFunction(owner)) return nameOf(owner, "The class");
  const Class = classOf(owner);
  return Class === undefined ? "The object" : `The ${nameOf(Class, "nameless")} object`;
}

/** The class of an owner: itself when it is one; undefined for a plain object. */
export function classOf(owner: MethodOwner): object | undefined {
  if (isFunction(owner)) return owner;
  const found = findProperty(owner, "constructor");
  return typeof found?.value === "function" ? (found.value as object) : undefined;
}

/** A class and those it inherits from, nearest first; not what every object or function has. */
export function lineage(owner: object | null): object[] {
  const line: object[] = [];
  for (let at = owner; at !== null && !isRoot(at); at = prototypeOf(at)) line.push(at);
  return line;
}

/**
 * Where to call the method that `description` means, under the name `name`.
 *
 * @throws TypeError that names the owner, the method and the methods there are.
 */
export function memberOf(
  owner: MethodOwner,
  name: string,
  description: MethodDescription,
): MethodMember {
  const { method = name, parameters, static: wantsStatic } = description;
  const onInstance = isFunction(owner) ? "instance" : "object";
  const places = [
    ...(wantsStatic === true ? [] : [{ on: onInstance, from: instanceSide(owner) } as const]),
    ...(wantsStatic === false ? [] : [{ on: "class", from: classOf(owner) ?? null } as const]),
  ];
  const found = places.map(({ on, from }) => ({ on, property: findProperty(from, method) }));
  const place = found.find(({ property }) => typeof property?.value === "function");
  if (place !== undefined && method !== "constructor") {
    if (!isGenerator(place.property?.value))
      return { kind: "method", method, on: place.on, parameters };
    throw new TypeError(`${ownerName(owner)}: "${method}" ${GENERATOR_PROBLEM}`);
  }
  const isGetter = found.some(({ property }) => property?.get !== undefined);
  throw new TypeError(noMethod(owner, method, isGetter));
}

function noMethod(owner: MethodOwner, method: string, isGetter: boolean): string {
  const what = isGetter
    ? `"${method}" is a getter and not a method`
    : `there is no method "${method}" to describe`;
  const hint = isFunction(owner)
    ? " Functions kept in fields (`add = () => …`) are on instances only: pass an instance."
    : "";
  const known = [
    ...methodNames(instanceSide(owner)),
    ...methodNames(classOf(owner) ?? null).map((name) => `static ${name}`),
  ];
  const methods = known.length > 0 ? known.join(", ") : "none";
  return `${ownerName(owner)}: ${what}. Its methods: ${methods}.${hint}`;
}

function methodNames(from: object | null): string[] {
  const names = lineage(from).flatMap((at) => Object.getOwnPropertyNames(at));
  const isMethod = (name: string): boolean =>
    name !== "constructor" && typeof findProperty(from, name)?.value === "function";
  return [...new Set(names)].filter(isMethod);
}

function instanceSide(owner: MethodOwner): object | null {
  if (!isFunction(owner)) return owner;
  return (owner as { readonly prototype?: object }).prototype ?? null;
}

function findProperty(from: object | null, name: string): PropertyDescriptor | undefined {
  for (const at of lineage(from)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property !== undefined) return property;
  }
  return undefined;
}

function isRoot(value: object): boolean {
  return value === Object.prototype || value === Function.prototype;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

function isFunction(owner: unknown): owner is Class {
  return typeof owner === "function";
}

function nameOf(Class: object, otherwise: string): string {
  const name: unknown = Object.getOwnPropertyDescriptor(Class, "name")?.value;
  return typeof name === "string" && name !== "" ? name : otherwise;
}
