/** `toolyard schema`: the tools as a provider takes them, or the schemas of a module ahead of time. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { findModuleFile } from "../../config/module-files.ts";
import { thrownText } from "../../core/thrown-text.ts";
import type { FormatName } from "../../formats/provider-format.ts";
import { closestNames, suggestion } from "../../core/closest-names.ts";
import type { ToolRegistry } from "../../runtime/tool-registry.ts";
import { moduleSchemas } from "../../sources/modules/derive-module.ts";
import { schemaPath } from "../../sources/modules/schema-file.ts";
import { addSourceOptions, formatOption, type SourceFlags } from "../cli-options.ts";
import type { CliIo } from "../cli-io.ts";
import type { CliSession } from "../cli-session.ts";
import { UsageError } from "../usage-error.ts";
import { withTools } from "../with-tools.ts";

interface SchemaFlags extends SourceFlags {
  readonly format: FormatName;
  readonly from?: string;
  readonly out?: string;
}

/** Adds the command. */
export function addSchemaCommand(program: Command, session: CliSession): void {
  const command = program
    .command("schema")
    .summary("print the tools as a provider takes them")
    .description(
      "Prints the enabled tools as a JSON array, ready for a provider's `tools`. With --from, writes down what a " +
        "module's types and JSDoc comments say of its functions and classes, so that nothing need be derived later.",
    )
    .argument("[names...]", "only these tools; * stands for any characters");
  addSourceOptions(command)
    .addOption(formatOption("the provider's form").default("openai-chat"))
    .option("--from <module>", "derive the schemas of a module's functions and classes")
    .option("-o, --out <file>", "with --from: write them to a file (default: print them)")
    .action(async (names: readonly string[], flags: SchemaFlags) => {
      if (flags.from !== undefined) return writeModuleSchemas(flags.from, names, flags, session.io);
      if (flags.out !== undefined) {
        throw new UsageError("--out goes with --from.", "Name a module: --from ./tools.ts");
      }
      return withTools(flags, session, (registry) =>
        printSchemas(registry, names, flags, session.io),
      );
    });
}

async function writeModuleSchemas(
  from: string,
  names: readonly string[],
  { config, module, out }: SchemaFlags,
  { cwd, stdout, stderr }: CliIo,
): Promise<void> {
  if ([names[0], config, module].some((given) => given !== undefined)) {
    throw new UsageError("--from takes one module, and all of it.", "Leave the rest out.");
  }
  const url = await moduleAt(from, cwd);
  const path = resolve(cwd, out ?? schemaPath(fileURLToPath(url)));
  const { derived, text } = await deriveSchemas(url, path);
  const meant = derived.problems.filter(({ documented }) => documented);
  for (const { message } of meant) stderr.write(`${message}\n`);
  if (derived.tools.length === 0) {
    throw new UsageError(`${from} exports no functions or classes that can be tools.`, "");
  }
  if (out === undefined) {
    stdout.write(text);
    return;
  }
  await writeOut(path, text);
  const { length } = derived.tools;
  stderr.write(`${out}: ${length === 1 ? "1 schema" : `${length} schemas`} of ${from}\n`);
}

async function moduleAt(from: string, cwd: string): Promise<string> {
  const found = await findModuleFile(from, cwd);
  if ("url" in found) return found.url;
  throw new UsageError(`--from ${from} ${found.problem}`, "");
}

async function deriveSchemas(url: string, out: string): ReturnType<typeof moduleSchemas> {
  try {
    return await moduleSchemas(url, out);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(cause.message, "", { cause });
  }
}

async function writeOut(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new UsageError(`${path} cannot be written: ${thrownText(cause)}.`, "", { cause });
  }
}

function printSchemas(
  registry: ToolRegistry,
  names: readonly string[],
  { format }: SchemaFlags,
  io: CliIo,
): void {
  for (const name of names) checkName(name, registry);
  io.stdout.write(`${JSON.stringify(schemasOf(registry, format, names), null, 2)}\n`);
}

function schemasOf(
  registry: ToolRegistry,
  format: FormatName,
  names: readonly string[],
): readonly unknown[] {
  try {
    return registry.schemas(format, names.length > 0 ? { names } : {});
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(cause.message, "Or leave the tool out by naming others.", { cause });
  }
}

function checkName(name: string, registry: ToolRegistry): void {
  if (registry.list({ names: [name] }).length > 0) return;
  const known = registry.list().map((tool) => tool.name);
  throw new UsageError(
    `There is no tool "${name}".${suggestion(closestNames(name, known))}`,
    "See: toolyard list",
  );
}
