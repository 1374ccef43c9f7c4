import { expect, test } from "vitest";
import { compileValidator } from "../../schema/compile-validator.ts";
import type { OpenApiOptions } from "./openapi-options.ts";
import type { OpenApiDocument } from "./operation.ts";
import { readDocument } from "./read-document.ts";

const noNetwork = (): Promise<never> => Promise.reject(new Error("no network"));
const ok = { responses: { "200": { description: "ok" } } };

function read(
  paths: object,
  options: OpenApiOptions = {},
  more: object = {},
): Promise<OpenApiDocument> {
  const document = {
    openapi: "3.0.3",
    info: { title: "T" },
    servers: [{ url: "https://x.example/v1/" }],
    paths,
    ...more,
  };
  return readDocument(document, options, noNetwork);
}

const PETS = {
  "/pets": {
    get: { operationId: "listPets", tags: ["pets"], ...ok },
    post: { operationId: "addPet", tags: ["pets"], ...ok },
  },
  "/pets/{id}": {
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    delete: { operationId: "removePet", tags: ["admin"], ...ok },
    get: { operationId: "oldPet", deprecated: true, ...ok },
  },
};

async function namesFor(options: OpenApiOptions): Promise<string[]> {
  return (await read(PETS, options)).operations.map(({ name }) => name);
}

test("operations are selected by tag, path, method and id, with `*`, and deprecated ones by their very id", async () => {
  expect(await namesFor({})).toEqual(["listPets", "addPet", "removePet"]);
  expect(await namesFor({ include: { tags: ["pets"], methods: ["post"] } })).toEqual(["addPet"]);
  expect(await namesFor({ include: { paths: ["/pets/*"] } })).toEqual(["removePet"]);
  expect(await namesFor({ include: { operationIds: ["*Pet", "oldPet"] } })).toEqual([
    "addPet",
    "oldPet",
    "removePet",
  ]);
  expect(await namesFor({ exclude: { methods: ["DELETE", "POST"] } })).toEqual(["listPets"]);
});

test("an include that fits nothing says what it may have meant; an exclude is a problem", async () => {
  await expect(read(PETS, { include: { operationIds: ["listPet"] } })).rejects.toThrow(
    /"listPet"\. Did you mean "listPets"/,
  );
  await expect(read(PETS, { include: { tags: ["admin"], methods: ["get"] } })).rejects.toThrow(
    "leave none of 4 operations",
  );
  await expect(read(PETS, { include: { operationId: ["a"] } as object })).rejects.toThrow(
    "`include.operationId` is unknown",
  );
  const { problems } = await read(PETS, { exclude: { operationIds: ["removePets"] } });
  expect(problems).toEqual([expect.stringContaining('Did you mean "removePet"') as string]);
});

test("an operation has the same name and the same input whatever else is selected", async () => {
  const paths = {
    "/a": { get: { operationId: "same", ...ok } },
    "/b": { get: { operationId: "same", ...ok } },
  };
  const all = await read(paths);
  const [, second] = all.operations;
  const alone = await read(paths, { include: { paths: ["/b"] } });
  expect(alone.operations).toEqual([second]);
  expect(second?.name).toMatch(/^same_[\da-f]{8}$/);
});

test("a broken operation is named with its fault, and the others live", async () => {
  const document = await read({
    "/fine": { get: { operationId: "fine", ...ok } },
    "/x/{id}": { get: { operationId: "noParameter", ...ok } },
    "/y": {
      post: {
        operationId: "noSchema",
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Gone" } } },
        },
      },
    },
    "/z": { post: { operationId: "mixed", requestBody: { content: { "multipart/mixed": {} } } } },
    relative: {},
  });
  expect(document.operations.map(({ name }) => name)).toEqual(["fine"]);
  expect(document.problems).toEqual([
    "path relative: it must begin with a slash",
    'noParameter (GET /x/{id}) is left out: its path has {id}, and no parameter in "path" has that name: declare it in the document',
    expect.stringContaining(
      'noSchema (POST /y) is left out: the $ref "#/components/schemas/Gone" leads nowhere',
    ) as string,
    expect.stringContaining("mixed (POST /z) is left out: its body is multipart/mixed") as string,
  ]);
});

test("servers: numbers, addresses, variables, and what is relative to nothing", async () => {
  const servers = [
    { url: "https://a.example" },
    { url: "https://{who}.example/x/", variables: { who: { default: "b", enum: ["b", "c"] } } },
  ];
  const url = async (
    options: OpenApiOptions,
    more: object = { servers },
  ): Promise<string | undefined> =>
    (await read({ "/a": { get: ok } }, options, more)).operations[0]?.plan.baseUrl;
  expect(await url({})).toBe("https://a.example");
  expect(await url({ server: 1 })).toBe("https://b.example/x");
  expect(await url({ server: 1, serverVariables: { who: "c" } })).toBe("https://c.example/x");
  expect(await url({ server: "http://localhost:8080/" })).toBe("http://localhost:8080");
  await expect(url({ server: 2 })).rejects.toThrow(
    "none of the document's servers. It has 0: https://a.example, 1:",
  );
  await expect(url({ server: 1, serverVariables: { who: "d" } })).rejects.toThrow(
    "The document allows b, c",
  );
  await expect(url({ serverVariables: { whom: "b" } })).rejects.toThrow('Did you mean "who"?');
  await expect(url({}, { servers: [{ url: "/v1" }] })).rejects.toThrow('set `server: "https://…"`');
  await expect(url({}, { servers: [] })).rejects.toThrow(TypeError);
  await expect(url({}, { servers: [{ url: "https://me:pw@a.example" }] })).rejects.toThrow(
    "and `auth`",
  );
});

async function kindOf(...types: string[]): Promise<unknown> {
  const content = Object.fromEntries(types.map((type) => [type, { schema: { type: "object" } }]));
  const { operations } = await read({ "/a": { post: { requestBody: { content }, ...ok } } });
  return operations[0]?.plan.body;
}

test("of several media types JSON is taken, then forms, multipart, text and bytes", async () => {
  const types = [
    "image/png",
    "text/csv",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/vnd.x+json",
    "application/json; charset=utf-8",
  ];
  expect(await kindOf(...types)).toMatchObject({
    contentType: "application/json; charset=utf-8",
    kind: "json",
  });
  expect(await kindOf(...types.slice(0, 5))).toMatchObject({
    contentType: "application/vnd.x+json",
    kind: "json",
  });
  expect(await kindOf(...types.slice(0, 4))).toMatchObject({ kind: "form" });
  expect(await kindOf(...types.slice(0, 3))).toMatchObject({ kind: "multipart" });
  expect(await kindOf(...types.slice(0, 2))).toMatchObject({
    contentType: "text/csv",
    kind: "text",
  });
  expect(await kindOf("image/*")).toMatchObject({
    contentType: "application/octet-stream",
    kind: "binary",
  });
});

function query(name: string): object {
  return { name, in: "query", schema: { type: "string" } };
}

test("fields that providers refuse get another name, and the body makes way for a parameter", async () => {
  const { operations } = await read({
    "/a": {
      post: {
        parameters: [query("filter[name]"), query("body"), query("__proto__")],
        requestBody: { content: { "application/json": {} } },
      },
    },
  });
  const [operation] = operations;
  expect(operation?.plan.parameters.map(({ field, name }) => [field, name])).toEqual([
    ["filter_name", "filter[name]"],
    ["body", "body"],
    ["proto", "__proto__"],
  ]);
  expect(operation?.plan.body?.field).toBe("request_body");
  expect(compileValidator(operation?.input ?? {}).parse({ request_body: 1 })).toMatchObject({
    ok: true,
  });
});

test("circular `allOf`s of any number are read in a moment", async () => {
  const parts = Array.from({ length: 30 }, (_, index) => ({
    $ref: `#/components/schemas/S${index}`,
  }));
  const schemas = Object.fromEntries(parts.map((_, index) => [`S${index}`, { allOf: parts }]));
  const content = { "multipart/form-data": { schema: parts[0] } };
  const document = await read(
    { "/a": { post: { operationId: "a", requestBody: { content } } } },
    {},
    { components: { schemas } },
  );
  expect(document.problems).toEqual([]);
  expect(Object.keys(document.operations[0]?.input["$defs"] as object)).toHaveLength(30);
});

test("a document that refers to itself as an object, or is another thing, is a TypeError", async () => {
  const circular: Record<string, unknown> = { openapi: "3.0.0", paths: {} };
  circular["self"] = circular;
  await expect(readDocument(circular, {}, noNetwork)).rejects.toThrow("cannot be written as JSON");
  await expect(readDocument({ info: {}, swaggerVersion: "1.2" }, {}, noNetwork)).rejects.toThrow(
    "a Swagger 1.x document",
  );
});
