import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { TokenSource } from "./client-credentials.ts";
import type { HttpResponse } from "./exchange.ts";
import { HiddenTexts } from "../hidden-texts.ts";
import type { HttpRequest } from "./http-agent.ts";

const SECRET = "cl1ent-s3cret";

interface Stage {
  readonly source: TokenSource;
  readonly requests: HttpRequest[];
  now: number;
}

function stage(
  answer: (count: number, request: HttpRequest) => Partial<HttpResponse> | object,
): Stage {
  const requests: HttpRequest[] = [];
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    requests.push(request);
    const given = answer(requests.length, request);
    if ("status" in given) return { headers: {}, body: Buffer.from(""), ...given } as HttpResponse;
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(given)) };
  };
  const order = {
    tokenUrl: "https://auth.test/token",
    scopes: ["read", "write"],
    clientId: () => "me:too",
    clientSecret: () => SECRET,
  };
  const made: Stage = {
    requests,
    now: 0,
    source: new TokenSource(order, {
      agent: { send },
      hidden: new HiddenTexts([]),
      now: () => made.now,
    }),
  };
  return made;
}

test("many who wait share one request, and the token is kept until shortly before its end", async () => {
  const at = stage((count) => ({ access_token: `token-${count}`, expires_in: 600 }));
  const first = await Promise.all(Array.from({ length: 100 }, async () => at.source.token()));
  expect(new Set(first)).toEqual(new Set(["token-1"]));
  at.now = 539_999;
  expect(at.source.token()).toBe("token-1");
  at.now = 540_000;
  expect(await at.source.token()).toBe("token-2");
  expect(at.requests).toHaveLength(2);
});

test("a token that was not accepted is forgotten once", async () => {
  const at = stage((count) => ({ access_token: `token-${count}` }));
  await at.source.token();
  at.source.forget("token-1");
  expect(await at.source.token()).toBe("token-2");
  at.source.forget("token-1");
  expect(at.source.token()).toBe("token-2");
});

test("the client is named in the header, and in the body where the server wants that", async () => {
  const at = stage((_, { body }) =>
    String(body).includes("client_secret") ? { access_token: "t" } : { status: 401 },
  );
  expect(await at.source.token()).toBe("t");
  const [header, body] = at.requests;
  const basic = Buffer.from(`me%3Atoo:${SECRET}`).toString("base64");
  expect(header?.headers.join(" ")).toContain(`authorization Basic ${basic}`);
  expect(header?.body).toBe("grant_type=client_credentials&scope=read%20write");
  expect(body?.body).toContain(`client_id=me%3Atoo&client_secret=${SECRET}`);
  expect(body?.headers.join(" ")).not.toContain("authorization");
});

test.each([
  [{ status: 401, body: Buffer.from(`{"error":"bad ${SECRET}"}`) }, "PERMISSION_DENIED"],
  [{ status: 503 }, "SOURCE_UNAVAILABLE"],
  [{ token: 1 }, "PERMISSION_DENIED"],
  [{ access_token: "a\r\nb" }, "PERMISSION_DENIED"],
])("the answer %j is %s, tells no secret, and is asked for again", async (answer, code) => {
  let isGood = false;
  const at = stage(() => (isGood ? { access_token: "good" } : answer));
  const failed: unknown = await Promise.resolve(at.source.token()).catch(
    (thrown: unknown) => thrown,
  );
  expect(ToolError.is(failed) && failed.code).toBe(code);
  expect(String(failed)).not.toContain(SECRET);
  isGood = true;
  expect(await at.source.token()).toBe("good");
});
