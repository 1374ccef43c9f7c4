/**
 * The client that the official conformance suite drives: Toolyard's registry, with nothing added but a login and somebody
 * who answers. The suite gives the address of its server as the last argument and the scenario in the environment.
 */
import { type McpElicit, ToolError, ToolRegistry } from "../../../src/index.ts";
import { type Login, type ScenarioContext, loginFor } from "./agent-login.ts";

const url = process.argv.at(-1) ?? "";
const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const context = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as ScenarioContext;
const isModern = process.env["MCP_CONFORMANCE_PROTOCOL_VERSION"] === "2026-07-28";

/** Most codes that are fetched for one request: the suite has servers that are never content. */
const MOST_LOGINS = 2;

/** Does it, and again after a login, where somebody was sent to the browser meanwhile. */
async function loggedIn<Result>(
  login: Login | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let logins = 0; ; logins += 1) {
    try {
      return await work();
    } catch (thrown) {
      const isOver = login === undefined || logins === MOST_LOGINS;
      if (isOver || !(await login.finish(url))) throw thrown;
    }
  }
}

/** A value for each field that has to be there. */
function inputFor(schema: unknown): object {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, { readonly type?: string }>>;
    readonly required?: readonly string[];
  };
  const samples: Readonly<Record<string, unknown>> = {
    integer: 5,
    number: 5,
    boolean: true,
    array: [],
    object: {},
  };
  const valueOf = (name: string): unknown => samples[properties[name]?.type ?? "string"] ?? "text";
  return Object.fromEntries(required.map((name) => [name, valueOf(name)]));
}

/** A person who agrees to everything and fills in nothing: what has a default is for the client to fill in. */
const agree: McpElicit = () => ({ action: "accept", content: {} });

/** The calls that the scenario asks for, else one of each tool. */
function callsFor(registry: ToolRegistry): readonly (readonly [name: string, input: object])[] {
  if (context.toolCalls !== undefined)
    return context.toolCalls.map((call) => [call.name, call.arguments]);
  const schemas = new Map(
    registry.schemas("openai-chat").map(({ function: tool }) => [tool.name, tool.parameters]),
  );
  return [...schemas].map(([name, schema]) => {
    if (name !== "json_schema_echo") return [name, inputFor(schema)];
    return [name, { schema: schemas.get("json_schema_2020_12_tool") }];
  });
}

async function main(): Promise<void> {
  await using registry = new ToolRegistry();
  const login = scenario.startsWith("auth/") ? await loginFor(scenario, context) : undefined;
  await loggedIn(login, () =>
    registry.registerMcp(
      { type: "http", url },
      {
        protocol: isModern ? "auto" : "legacy",
        elicit: agree,
        roots: [],
        ...(login !== undefined && { authProvider: login.provider }),
        ...(scenario === "http-standard-headers" && { resources: true, prompts: true }),
      },
    ),
  );
  for (const [name, input] of callsFor(registry)) {
    try {
      await loggedIn(login, () => registry.call(name, input));
    } catch (thrown) {
      if (!ToolError.is(thrown)) throw thrown;
      process.stderr.write(`${name}: ${thrown.code} ${thrown.message}\n`);
      if (login !== undefined) process.exitCode = 1;
    }
  }
}

await main();
