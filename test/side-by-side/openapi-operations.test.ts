/** Every operation of the example documents, through the registry, against a server that validates what it receives. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JsonSchema, type OpenApiCredential, ToolRegistry } from "../../src/index.ts";
import { EXAMPLE_DOCUMENTS } from "../fixtures/openapi-server/documents.ts";
import {
  type Exchanged,
  type PrismServer,
  startPrism,
} from "../fixtures/openapi-server/prism-server.ts";
import { sampleInput } from "../fixtures/openapi-server/sample-input.ts";

const STYLES = fileURLToPath(
  new URL("../fixtures/openapi-server/styles-3.1.yaml", import.meta.url),
);

/** Credentials for the documents that want some. */
const AUTH: Readonly<Record<string, Readonly<Record<string, OpenApiCredential>>>> = {
  "v3.1-tictactoe": {
    defaultApiKey: { apiKey: "key-1" },
    bearerHttpAuthentication: { bearer: "token-1" },
  },
  "tictactoe-excerpt": { default: { bearer: "token-1" } },
  "styles-3.1": {
    headerKey: { apiKey: "key-1" },
    queryKey: { apiKey: "key & 2" },
    cookieKey: { apiKey: "key 3" },
    basic: { username: "ada", password: "secret 4" },
    bearer: { bearer: "token-5" },
  },
};

interface Stage {
  readonly prism: PrismServer;
  readonly registry: ToolRegistry;
  /** What a model is told of. */
  readonly tools: readonly { readonly name: string; readonly parameters: JsonSchema }[];
  close(): Promise<void>;
}

async function open(name: string, path: string): Promise<Stage> {
  const prism = await startPrism(path);
  // One after the other: what the server saw is in the order of the calls.
  const registry = new ToolRegistry({ limits: { "*": { concurrency: 1 } } });
  const close = async (): Promise<void> => {
    await registry.close();
    await prism.close();
  };
  try {
    const auth = AUTH[name] ?? {};
    await registry.registerOpenApi(path, { namespace: "api", server: prism.url, auth });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  expect(registry.stats().sources).toMatchObject([{ source: "api", state: "up", problems: [] }]);
  const schemas = registry.schemas("openai-chat") as readonly {
    readonly function: Stage["tools"][number];
  }[];
  return { prism, registry, tools: schemas.map(({ function: tool }) => tool), close };
}

/** What the tool should give for what the server said. */
function expected(body: Buffer): unknown {
  const text = body.toString();
  if (text === "") return null;
  return /^[[{"]/.test(text) ? (JSON.parse(text) as unknown) : text;
}

/** Each property made a list in a list, which none of these schemas takes; what is required left out; one too many. */
function spoilt(schema: JsonSchema): { readonly path: string; readonly input: object }[] {
  const valid = sampleInput(schema);
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Record<string, JsonSchema>;
    readonly required?: readonly string[];
  };
  // What has a default is filled in.
  const missing = required.filter((name) => properties[name]?.["default"] === undefined);
  return [
    ...Object.keys(properties).map((name) => [name, { ...valid, [name]: [[]] }] as const),
    ...missing.map((name) => [name, { ...valid, [name]: undefined }] as const),
    ["nonsense", { ...valid, nonsense: 1 }] as const,
  ].map(([name, input]) => ({ path: `/${name}`, input }));
}

describe.each([...EXAMPLE_DOCUMENTS, ["styles-3.1", STYLES] as const])("%s", (name, path) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await open(name, path);
  });
  afterAll(() => stage.close());

  test("invalid calls of every operation are refused at the right path, and nothing is sent", async () => {
    expect(stage.tools.length).toBeGreaterThan(0);
    const calls = stage.tools.flatMap(({ name: tool, parameters }) =>
      spoilt(parameters).map(({ path: at, input }) => ({ tool, at, input })),
    );
    expect(calls.length).toBeGreaterThanOrEqual(stage.tools.length);
    const results = await stage.registry.executeToolCalls(
      calls.map(({ tool, input }, place) => chatCall(place, tool, input)),
    );
    for (const [place, result] of results.entries()) {
      const call = calls[place];
      if (result.status === "ok") throw new Error(`${JSON.stringify(call)} was not refused`);
      expect(result.error.code).toBe("INPUT_INVALID");
      const issues = result.error.details["issues"] as readonly { readonly path: string }[];
      expect(issues.map((issue) => issue.path).join(" ")).toContain(call?.at);
    }
    expect(stage.prism.exchanged).toEqual([]);
  });

  test.each([
    ["async", false],
    ["async", true],
    ["thread", false],
    ["process", false],
  ] as const)(
    "the server accepts valid calls of every operation, and its answers come back (%s; only what is required: %s)",
    async (mode, isBare) => {
      const { exchanged } = stage.prism;
      exchanged.length = 0;
      const calls = stage.tools.map(({ name: tool, parameters }, place) =>
        chatCall(place, tool, sampleInput(parameters, isBare)),
      );
      const results = await stage.registry.executeToolCalls(calls, { mode });
      const refused = exchanged.filter(
        ({ status, violations }) => status < 200 || status > 299 || violations.length > 0,
      );
      expect(refused.map(toldOf)).toEqual([]);
      expect(exchanged.length).toBe(calls.length);
      const outputs = results.map((one) => (one.status === "ok" ? one.output : one.error));
      const wanted = exchanged.map(({ body }) => expected(body));
      expect(outputs).toEqual(wanted);
      expect(new Set(results.map(({ timing }) => timing.mode))).toEqual(new Set([mode]));
    },
  );
});

function chatCall(place: number, name: string, input: object): object {
  const id = `call_${place}`;
  return { id, type: "function", function: { name, arguments: JSON.stringify(input) } };
}

function toldOf({ request, status, violations, body }: Exchanged): unknown {
  return [`${request.method} ${request.url}`, status, violations, body.toString()];
}
