import type { Environment } from "../core/fill-in-text.ts";
import { type ConfigPath, formatPath, pathFromPointer, valueAt } from "./config-path.ts";
import { type SchemaError, type SchemaNode, configSchemaCheck } from "./config-schema.ts";
import type { ConfigProblem } from "./config-source.ts";
import { explainMismatches } from "./explain-mismatch.ts";
import { fillInEnvironment, isReference } from "./fill-in-environment.ts";

/** A config that was filled in and held against the schema. */
export interface CheckedConfig {
  /** The config in plain JSON, as the schema has it when there are no problems. */
  readonly value: unknown;
  /** Everything that is wrong with it. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * Fills environment variables into a config and holds it against the published schema. Variables are
 * text; one that stands alone where a number belongs is read as a number.
 */
export async function checkConfig(
  written: unknown,
  environment: Environment,
): Promise<CheckedConfig> {
  const check = await configSchemaCheck();
  let filledIn = fillInEnvironment(written, environment);
  let errors = check(filledIn.value);
  const numbers = numbersWanted(errors, written, filledIn.value);
  if (numbers.size > 0) {
    filledIn = fillInEnvironment(written, environment, numbers);
    errors = check(filledIn.value);
  }
  const { value, problems } = filledIn;
  const mismatches = explainMismatches(errors, written, value);
  // What could not be filled in does not fit either, and the first of the two says why.
  const told = new Set(problems.map(({ path }) => formatPath(path)));
  return { value, problems: [...problems, ...mismatches.filter(isNew)] };

  function isNew({ path, part }: ConfigProblem): boolean {
    return part === "key" || !told.has(formatPath(path));
  }
}

/** Where a variable stands alone and a number belongs, as {@link formatPath} writes it. */
function numbersWanted(
  errors: readonly SchemaError[],
  written: unknown,
  filledIn: unknown,
): ReadonlySet<string> {
  const paths = errors
    .filter(({ parentSchema }) => takesNumbers(parentSchema as SchemaNode))
    .map(({ instancePath }): ConfigPath => pathFromPointer(instancePath, filledIn));
  return new Set(paths.filter((path) => isReference(valueAt(written, path))).map(formatPath));
}

function takesNumbers({ anyOf = [] }: SchemaNode): boolean {
  return anyOf.some(
    (part) => typeof part === "object" && (part.type === "number" || part.type === "integer"),
  );
}
