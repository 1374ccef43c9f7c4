/**
 * Names from the command line, in the order of `known`. @throws TypeError that names the option.
 *
 * @param option - Without its dashes.
 */
export function readNames<Name extends string>(
  option: string,
  names: readonly string[],
  known: readonly Name[],
): Name[] {
  const unknown = names.find((name) => !known.some((one) => one === name));
  if (unknown !== undefined) {
    throw new TypeError(`--${option} "${unknown}" is unknown; known: ${known.join(", ")}.`);
  }
  return known.filter((one) => names.includes(one));
}
