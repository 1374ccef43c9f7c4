/** The calculators' servers, each in its own process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fileOf } from "../bench-file.ts";

/** Where the calculators are. */
export interface CalculatorAddresses {
  /** The origin; the document is at `/openapi.json`. */
  readonly openapi: string;
  readonly mcpHttp: string;
  readonly mcpSse: string;
  /** Everybody starts their own. */
  readonly mcpStdio: { readonly command: string; readonly args: readonly string[] };
}

/** The running servers. */
export interface CalculatorServers {
  readonly addresses: CalculatorAddresses;
  close(): Promise<void>;
}

/** Starts them. */
export async function startCalculators(): Promise<CalculatorServers> {
  const names = ["openapi-calculator", "mcp-http", "mcp-sse"] as const;
  const children = names.map((name) =>
    spawn(process.execPath, [pathOf(name)], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  const close = async (): Promise<void> => void (await Promise.all(children.map(end)));
  try {
    const [openapi, http, sse] = await Promise.all(children.map(originOf));
    const mcpStdio = { command: process.execPath, args: [pathOf("mcp-stdio")] };
    const addresses = {
      openapi: openapi ?? "",
      mcpHttp: `${http}/mcp`,
      mcpSse: `${sse}/sse`,
      mcpStdio,
    };
    return { addresses, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

function pathOf(name: string): string {
  return fileURLToPath(fileOf(`sources/servers/${name}`));
}

async function originOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("A server without a stdout cannot say its port.");
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = JSON.parse(line) as { port: number };
    return `http://127.0.0.1:${port}`;
  }
  throw new Error(`A server ended before it listened: ${child.spawnargs.join(" ")}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.stdin?.end();
  await exit;
}
