/** The TypeScript program that a module is read in. */
import { dirname } from "node:path";
import { ts } from "ts-json-schema-generator";

/** A program, and the config files it was made by. */
export interface TypeProgram {
  readonly program: ts.Program;
  /** Absolute paths of the nearest `tsconfig.json` and of those it extends. */
  readonly configFiles: readonly string[];
}

/** What is so in a program of ours, whatever the config says: nothing is written, JavaScript is read too. */
const OURS: ts.CompilerOptions = {
  noEmit: true,
  allowJs: true,
  checkJs: false,
  skipLibCheck: true,
  skipDefaultLibCheck: true,
  allowImportingTsExtensions: true,
  // These ask for output, or for all files of a project.
  composite: false,
  incremental: false,
  declaration: false,
  declarationMap: false,
  isolatedDeclarations: false,
};

/** Where there is no config. */
const DEFAULTS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};

/** Makes the program of one file and what it imports, by the nearest `tsconfig.json`. Mistakes in types are let be. */
export function makeProgram(file: string): TypeProgram {
  const folder = dirname(file);
  const config = ts.findConfigFile(folder, (path) => ts.sys.fileExists(path));
  if (config === undefined) {
    return { program: programOf(file, { ...DEFAULTS, ...OURS }), configFiles: [] };
  }
  const source = ts.readJsonConfigFile(config, (path) => ts.sys.readFile(path));
  // Which files there are is of no use, and finding them may take long.
  const host: ts.ParseConfigHost = { ...ts.sys, readDirectory: () => [] };
  const base = dirname(config);
  const { options } = ts.parseJsonSourceFileConfigFileContent(source, host, base, {}, config);
  return {
    program: programOf(file, { ...options, ...OURS }),
    configFiles: [config, ...(source.extendedSourceFiles ?? [])],
  };
}

/** Packages of types are looked for from the file, wherever the program was started. */
function programOf(file: string, options: ts.CompilerOptions): ts.Program {
  const host = ts.createCompilerHost(options);
  return ts.createProgram([file], options, {
    ...host,
    getCurrentDirectory: () => dirname(file),
  });
}
