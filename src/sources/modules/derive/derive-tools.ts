/**
 * Tools from the types and JSDoc comments of a module. Everything here and beside here loads the schema
 * generator and its TypeScript: it is for the thread that `derive-thread.ts` starts.
 */
import { ts } from "ts-json-schema-generator";
import type { Derivation, DerivedProblem, DerivedTool } from "../derived-module.ts";
import { type FileHashes, textHash } from "../file-hashes.ts";
import type { Callable } from "./callable.ts";
import { exportedCallables } from "./exported-callables.ts";
import { readTimeout } from "./jsdoc-tags.ts";
import { isOfMissingType, Refusal, refusalIn } from "./refusal.ts";
import { nameTools } from "./tool-names.ts";
import { SchemaReader } from "./schema-reader.ts";
import { makeProgram } from "./type-program.ts";

/** Reads the module in a file. */
export function deriveTools(file: string): Derivation {
  const { program, configFiles } = makeProgram(file);
  const reader = new SchemaReader(program);
  const callables = exportedCallables(program, file);
  const outcomes = nameTools(callables).map(({ callable, name, problem }) => {
    try {
      if (problem !== undefined) throw problem;
      return { tool: toolOf(callable, name, reader) };
    } catch (thrown) {
      return { callable, refusal: refusalIn(thrown) };
    }
  });
  return {
    tools: outcomes.flatMap(({ tool }) => tool ?? []),
    problems: outcomes.flatMap(({ callable, refusal }) =>
      refusal === undefined ? [] : problemOf(callable, refusal),
    ),
    incomplete: outcomes.some(({ refusal }) => refusal && isOfMissingType(refusal)),
    files: hashesOf(program, [file, ...ownFiles(program), ...reader.files, ...configFiles]),
  };
}

/** Files of the program outside of packages. */
function ownFiles(program: ts.Program): readonly string[] {
  const names = program.getSourceFiles().map(({ fileName }) => fileName);
  return names.filter((name) => !name.includes("/node_modules/"));
}

/** By the texts that were read, for the files may have changed since. */
function hashesOf(program: ts.Program, files: readonly string[]): FileHashes {
  const entries = [...new Set(files)].map((file) => {
    const text = program.getSourceFile(file)?.text ?? ts.sys.readFile(file) ?? "";
    return [file, textHash(text)] as const;
  });
  return Object.fromEntries(entries);
}

function problemOf(
  { comment, exportName, owner, name }: Callable,
  refusal: Refusal,
): DerivedProblem {
  const where = [owner, name ?? "the default export"].filter((part) => part !== undefined);
  return {
    exportName,
    documented: comment.description !== undefined,
    message: `\`${where.join(".")}\` cannot be a tool: ${refusal.message}`,
  };
}

function isGenerator(node: ts.SignatureDeclaration): boolean {
  return "asteriskToken" in node && node.asteriskToken !== undefined;
}

function toolOf(callable: Callable, name: string, reader: SchemaReader): DerivedTool {
  const { exportName, comment, member, node, refusal } = callable;
  if (refusal !== undefined) throw refusal;
  if (isGenerator(node)) {
    throw new Refusal("it is a generator, and a tool gives one output. Return a list.");
  }
  const { input, shape } = reader.read(node);
  const timeoutMs = readTimeout(comment.timeoutMs);
  return {
    exportName,
    name,
    ...(comment.description !== undefined && { description: comment.description }),
    input,
    member: { ...member, ...shape },
    ...(comment.tags.length > 0 && { tags: comment.tags }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(Object.keys(comment.annotations).length > 0 && { annotations: comment.annotations }),
  };
}
