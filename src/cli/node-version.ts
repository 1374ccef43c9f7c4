/** Which Nodes can run the program. Must itself be readable by those that cannot. */

/** The oldest Node that can, as `engines` in package.json says. */
const OLDEST = [22, 19] as const;

/**
 * Says that a Node is too old; undefined when it is not.
 *
 * @param version - Such as `20.20.2`.
 */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `toolyard needs Node ${OLDEST.join(".")} or newer; this is v${version}.`;
}
