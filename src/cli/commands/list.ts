/** `toolyard list`: the tools there are. */
import type { Command } from "commander";
import type { ToolInfo } from "../../runtime/tool-info.ts";
import type { ToolRegistry } from "../../runtime/tool-registry.ts";
import { addSourceOptions, type SourceFlags } from "../cli-options.ts";
import type { CliIo } from "../cli-io.ts";
import type { CliSession } from "../cli-session.ts";
import { outputWidth } from "../output-width.ts";
import { paletteFor } from "../palette.ts";
import { drawToolList } from "../tool-list.ts";
import { UsageError } from "../usage-error.ts";
import { withTools } from "../with-tools.ts";

interface ListFlags extends SourceFlags {
  readonly namespace?: string;
  readonly tag?: readonly string[];
  readonly source?: string;
  readonly search?: string;
  readonly json?: true;
}

/** Adds the command. */
export function addListCommand(program: Command, session: CliSession): void {
  const command = program
    .command("list")
    .summary("list the tools")
    .description("Lists the tools: name, where they run, what they do.");
  addSourceOptions(command)
    .option("--namespace <namespace>", "only tools of this namespace")
    .option(
      "--tag <tag>",
      "only tools with this tag; repeatable, all must be there",
      (tag: string, tags: readonly string[] | undefined) => [...(tags ?? []), tag],
    )
    .option("--source <name>", "only tools of this OpenAPI document or MCP server")
    .option("--search <words>", "only tools that fit these words, the best first")
    .option("--json", "print a JSON array")
    .action((flags: ListFlags) =>
      withTools(flags, session, (registry) => printTools(registry, flags, session.io)),
    );
}

function printTools(registry: ToolRegistry, flags: ListFlags, io: CliIo): void {
  if (flags.source !== undefined) checkSource(flags.source, registry);
  const found = find(registry, flags);
  io.stdout.write(flags.json === true ? toJson(found) : draw(found, io));
}

function checkSource(name: string, registry: ToolRegistry): void {
  const known = [...new Set(registry.stats().sources.map(({ source }) => source))];
  if (known.includes(name)) return;
  const remedy = known.length === 0 ? "There is none." : `There are: ${known.join(", ")}.`;
  throw new UsageError(`There is no source "${name}".`, remedy);
}

function find(registry: ToolRegistry, flags: ListFlags): readonly ToolInfo[] {
  const { namespace, tag, source, search } = flags;
  const listed = registry.list({
    ...(namespace !== undefined && { namespace }),
    ...(tag !== undefined && { tags: tag }),
    ...(source !== undefined && { source }),
  });
  if (search === undefined) return listed;
  const byName = new Map(listed.map((tool) => [tool.name, tool]));
  const matches = registry.search(search, { limit: Math.max(1, byName.size) });
  return matches.flatMap(({ name }) => byName.get(name) ?? []);
}

function draw(found: readonly ToolInfo[], io: CliIo): string {
  if (found.length === 0) return "No tools fit.\n";
  const paint = paletteFor(io.stdout, io.env);
  return drawToolList(found, { width: outputWidth(io.stdout, io.env), paint });
}

function toJson(found: readonly ToolInfo[]): string {
  return `${JSON.stringify(found, null, 2)}\n`;
}
