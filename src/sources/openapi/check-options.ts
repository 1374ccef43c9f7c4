/** Checks the settings of an OpenAPI source that can be checked before its document is read. */
import type { HttpPolicy } from "./openapi-options.ts";

const PATTERN = /^(?:\*\.)?(?:[\w-]+(?:\.[\w-]+)*\.?|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** @throws TypeError that names the setting and what it takes. */
export function checkOptions(options: HttpPolicy): void {
  checkNumber("maxRedirects", options.maxRedirects, 0);
  checkNumber("maxResponseBytes", options.maxResponseBytes, 1);
  checkNumber("connections", options.connections, 1);
  const { allowHosts, allowPrivateAddresses } = options;
  if (allowPrivateAddresses !== undefined && typeof allowPrivateAddresses !== "boolean") {
    throw new TypeError("`allowPrivateAddresses` must be true or false.");
  }
  if (allowHosts !== undefined && !Array.isArray(allowHosts)) {
    throw new TypeError("`allowHosts` must be a list of hosts.");
  }
  for (const host of allowHosts ?? []) {
    if (typeof host === "string" && PATTERN.test(host)) continue;
    throw new TypeError(
      `\`allowHosts\` has ${JSON.stringify(host)}, which is no host. Write "api.example.com", "*.example.com" or ` +
        '"localhost:8080", without a scheme and without a path.',
    );
  }
}

function checkNumber(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new TypeError(`\`${name}\` must be an integer from ${least}.`);
}
