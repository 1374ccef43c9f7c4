/** Compiles the library and the benchmark to JavaScript, because that is what users run. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url);
/** Inside node_modules, so that the packages are found from there and nobody takes it for source. */
const OUT = new URL("node_modules/.cache/toolyard-bench/", ROOT);

/**
 * Builds everything anew. Returns the folder's URL; below it files are where they are in the sources.
 *
 * @throws Error with what the compiler says.
 */
export function buildBench(): URL {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  writeFileSync(new URL("package.json", OUT), `${JSON.stringify(manifest())}\n`);
  const compiler = fileURLToPath(new URL("node_modules/typescript/bin/tsc", ROOT));
  const project = fileURLToPath(new URL("bench/tsconfig.json", ROOT));
  const { status, stdout } = spawnSync(
    process.execPath,
    [compiler, "-p", project, "--outDir", fileURLToPath(OUT)],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`The benchmark does not compile:\n${stdout}`);
  return OUT;
}

/** What the library reads of its own manifest when it runs. */
function manifest(): object {
  const text = readFileSync(new URL("package.json", ROOT), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return { version, type: "module" };
}
