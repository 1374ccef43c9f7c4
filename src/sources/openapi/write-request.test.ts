import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import type { OperationPlan, ParameterPlan } from "./operation.ts";
import { RequestWriter } from "./write-request.ts";

function parameter(
  name: string,
  place: ParameterPlan["in"],
  more: Partial<ParameterPlan> = {},
): ParameterPlan {
  const style = place === "query" || place === "cookie" ? "form" : "simple";
  const explode = style === "form";
  return { field: name, name, in: place, style, explode, allowReserved: false, ...more };
}

function plan(more: Partial<OperationPlan> = {}): OperationPlan {
  return {
    method: "GET",
    path: "/",
    baseUrl: "https://api.test",
    parameters: [],
    security: [],
    ...more,
  };
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return "none";
  } catch (thrown) {
    return ToolError.is(thrown) ? thrown.code : "other";
  }
}

test("puts every parameter where it belongs", () => {
  const writer = new RequestWriter(
    plan({
      path: "/users/{id}/files/{name}.json",
      baseUrl: "https://api.test:8443/v1",
      parameters: [
        parameter("id", "path"),
        parameter("name", "path"),
        parameter("limit", "query"),
        parameter("X-Trace", "header"),
        parameter("theme", "cookie"),
      ],
      body: { field: "body", contentType: "application/json" },
    }),
  );
  const input = { id: "a/b?c#d", name: "ü", limit: 3, "X-Trace": "t 1", theme: "da;rk", body: [1] };
  expect(writer.origin).toBe("https://api.test:8443");
  expect(writer.write(input)).toEqual({
    path: "/v1/users/a%2Fb%3Fc%23d/files/%C3%BC.json?limit=3",
    headers: ["X-Trace", "t 1", "content-type", "application/json"],
    cookies: "theme=da%3Brk",
    body: "[1]",
  });
});

test("nor are they as members of an object whose members are parameters of their own", () => {
  const parameters = [parameter("filter", "query"), parameter("jar", "cookie")];
  const taken = {
    header: new Set<string>(),
    query: new Set(["api key"]),
    cookie: new Set(["sid"]),
  };
  const writer = new RequestWriter(plan({ parameters }), taken);
  const input = { filter: { "api key": "mine", page: 2 }, jar: { sid: "mine", theme: "dark" } };
  expect(writer.write(input)).toMatchObject({ path: "/?page=2", cookies: "theme=dark" });
});

test.each(["..", ".", "../admin", "a/../../admin", "..\\admin", "a/.", ""])(
  "the path value %j is refused, for it would lead to another path",
  (id) => {
    const writer = new RequestWriter(
      plan({ path: "/users/{id}", parameters: [parameter("id", "path")] }),
    );
    expect(codeOf(() => writer.write({ id }))).toBe("INPUT_INVALID");
  },
);

test.each(["%2e%2e", "%2E./x", "a%2f..%2Fb", "..;", "a%2F.;x"])(
  "the path value %j is refused where percent-encoded text passes",
  (id) => {
    const parameters = [parameter("id", "path", { allowReserved: true })];
    const writer = new RequestWriter(plan({ path: "/users/{id}", parameters }));
    expect(codeOf(() => writer.write({ id }))).toBe("INPUT_INVALID");
  },
);

test.each(["v1...v2", "a..b", ".well-known", "%2e%2e"])("the path value %j is sent", (id) => {
  const writer = new RequestWriter(
    plan({ path: "/c/{id}", parameters: [parameter("id", "path")] }),
  );
  expect(decodeURIComponent(writer.write({ id }).path)).toBe(`/c/${id}`);
});

test("a header that would be two is refused, and so is one that is no Latin-1", () => {
  const writer = new RequestWriter(plan({ parameters: [parameter("X-A", "header")] }));
  for (const value of ["a\r\nX-B: 1", "a\nb", "a\0", "日本"]) {
    expect(codeOf(() => writer.write({ "X-A": value }))).toBe("INPUT_INVALID");
  }
});

test("names that the settings have taken, and headers of the connection, are not the model's to set", () => {
  const names = ["X-Key", "Host", "Content-Length", "Accept", "Connection"];
  const parameters = [...names.map((name) => parameter(name, "header")), parameter("key", "query")];
  const taken = { header: new Set(["x-key"]), query: new Set(["key"]), cookie: new Set<string>() };
  const writer = new RequestWriter(plan({ parameters }), taken);
  const input = Object.fromEntries([...names, "key"].map((name) => [name, "mine"]));
  expect(writer.write(input)).toMatchObject({ path: "/", headers: [] });
});

test("what a document writes into its path and base URL is kept: a query, no fragment", () => {
  const writer = new RequestWriter(
    plan({
      path: "/a b?fixed=1#frag",
      baseUrl: "https://api.test/x?v=2",
      parameters: [parameter("q", "query")],
    }),
  );
  expect(writer.write({ q: "1" }).path).toBe("/x/a%20b?v=2&fixed=1&q=1");
});

test.each<[string, unknown, unknown]>([
  ["application/json", { a: null }, '{"a":null}'],
  ["application/vnd.api+json", "x", '"x"'],
  ["application/json", null, "null"],
  ["text/plain", "hé", "hé"],
  ["application/xml", "<a/>", "<a/>"],
  ["text/plain", { a: 1 }, '{"a":1}'],
  ["application/octet-stream", "AQID", Buffer.from([1, 2, 3])],
  ["image/png", "data:image/png;base64,AQID", Buffer.from([1, 2, 3])],
  ["application/octet-stream", new Uint8Array([9]), new Uint8Array([9])],
  [
    "application/x-www-form-urlencoded",
    { a: "x y", b: [1, 2], c: { d: 1 } },
    "a=x%20y&b=1&b=2&c=%7B%22d%22%3A1%7D",
  ],
  ["application/json", undefined, undefined],
  ["application/json ; charset=utf-8", { a: 1 }, '{"a":1}'],
])("a body of %s: %j", (contentType, body, written) => {
  const writer = new RequestWriter(plan({ method: "POST", body: { field: "body", contentType } }));
  expect(writer.write({ body }).body).toEqual(written);
});

test("fields of a form are written by their encodings", () => {
  const encoding = {
    tags: { style: "pipeDelimited", explode: false },
    point: { style: "deepObject", explode: true },
    meta: { contentType: "application/json" },
    url: { allowReserved: true },
  } as const;
  const contentType = "application/x-www-form-urlencoded";
  const writer = new RequestWriter(
    plan({ method: "POST", body: { field: "body", contentType, encoding } }),
  );
  const body = { tags: ["a", "b"], point: { x: 1 }, meta: [1], url: "a/b", none: null };
  expect(writer.write({ body }).body).toBe("tags=a%7Cb&point%5Bx%5D=1&meta=%5B1%5D&url=a/b");
});

test("parts carry names that cannot break out, and binary ones a file name", () => {
  const body = { 'a"\r\nb': "1", file: "AQID", many: ["x", { y: 1 }] };
  const encoding = { file: { binary: true, contentType: "image/png, image/gif" } };
  const contentType = "multipart/form-data";
  const writer = new RequestWriter(
    plan({ method: "POST", body: { field: "body", contentType, encoding } }),
  );
  const written = writer.write({ body });
  const boundary = /boundary=(.+)$/.exec(written.headers[1] ?? "")?.[1] ?? "";
  expect(
    Buffer.from(written.body ?? "")
      .toString("latin1")
      .replaceAll(boundary, "B"),
  ).toBe(
    '--B\r\nContent-Disposition: form-data; name="a%22%0D%0Ab"\r\n\r\n1\r\n' +
      '--B\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n' +
      "Content-Type: image/png\r\n\r\n\u0001\u0002\u0003\r\n" +
      '--B\r\nContent-Disposition: form-data; name="many"\r\n\r\nx\r\n' +
      '--B\r\nContent-Disposition: form-data; name="many"\r\nContent-Type: application/json\r\n\r\n{"y":1}\r\n' +
      "--B--\r\n",
  );
});

test("a body that cannot be what it should is refused", () => {
  for (const [contentType, body] of [
    ["application/json", { count: 1n }],
    ["multipart/form-data", "text"],
    ["application/x-www-form-urlencoded", [1]],
    ["image/png", "not base64!"],
  ] as const) {
    const writer = new RequestWriter(
      plan({ method: "POST", body: { field: "body", contentType } }),
    );
    expect(codeOf(() => writer.write({ body }))).toBe("INPUT_INVALID");
  }
});

test("what every object inherits is no value", () => {
  const parameters = [
    parameter("constructor", "query"),
    parameter("toString", "header"),
    parameter("valueOf", "cookie"),
  ];
  const body = { field: "hasOwnProperty", contentType: "application/json" };
  expect(new RequestWriter(plan({ method: "POST", parameters, body })).write({})).toEqual({
    path: "/",
    headers: [],
    cookies: "",
    body: undefined,
  });
  expect(
    codeOf(() =>
      new RequestWriter(
        plan({ path: "/{valueOf}", parameters: [parameter("valueOf", "path")] }),
      ).write({}),
    ),
  ).toBe("INPUT_INVALID");
});
