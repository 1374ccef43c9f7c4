/** `toolyard schema`: the tools as a provider takes them. */
import type { Command } from "commander";
import type { FormatName } from "../../formats/provider-format.ts";
import { closestNames, suggestion } from "../../registry/closest-names.ts";
import type { ToolRegistry } from "../../runtime/tool-registry.ts";
import { addSourceOptions, formatOption, type SourceFlags } from "../cli-options.ts";
import type { CliIo } from "../cli-io.ts";
import type { CliSession } from "../cli-session.ts";
import { openTools, printTo } from "../open-tools.ts";
import { UsageError } from "../usage-error.ts";

interface SchemaFlags extends SourceFlags {
  readonly format: FormatName;
}

/** Adds the command. */
export function addSchemaCommand(program: Command, session: CliSession): void {
  const command = program
    .command("schema")
    .summary("print the tools as a provider takes them")
    .description("Prints the enabled tools as a JSON array, ready for a provider's `tools`.")
    .argument("[names...]", "only these tools; * stands for any characters");
  addSourceOptions(command)
    .addOption(formatOption("the provider's form").default("openai-chat"))
    .action(async (names: readonly string[], flags: SchemaFlags) =>
      printSchemas(names, flags, session.io),
    );
}

async function printSchemas(
  names: readonly string[],
  flags: SchemaFlags,
  io: CliIo,
): Promise<void> {
  const tools = await openTools(flags, io);
  await using registry = await tools.open({}, printTo(io));
  for (const name of names) checkName(name, registry);
  io.stdout.write(`${JSON.stringify(schemasOf(registry, flags.format, names), null, 2)}\n`);
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
