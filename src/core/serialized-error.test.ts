import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deserializeError, serializeError, type SerializedError } from "./serialized-error.ts";
import { ToolError } from "./tool-error.ts";

/** There and back, through JSON: the narrowest way there is. */
function cross(thrown: unknown): Error {
  return deserializeError(JSON.parse(JSON.stringify(serializeError(thrown))) as SerializedError);
}

describe("an error that crosses", () => {
  test.each([TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, Error])(
    "is of the same class when the language has it",
    (Class) => {
      const error = new Class("bad");
      const back = cross(error);
      expect(back).toBeInstanceOf(Class);
      expect(back.constructor).toBe(Class);
      expect(back.message).toBe("bad");
      expect(back.stack).toBe(error.stack);
    },
  );

  test("keeps the name of a class that is not known here, and shows it as its own text", () => {
    class QuotaError extends Error {
      override name = "QuotaError";
    }
    const back = cross(new QuotaError("used up"));
    expect(String(back)).toBe("QuotaError: used up");
    expect(Object.keys(back)).not.toContain("name");
  });

  test.each(["toString", "constructor", "__proto__"])(
    "may be called %s without being taken for that",
    (name) => {
      const back = cross(Object.assign(new Error("odd"), { name }));
      expect(back).toBeInstanceOf(Error);
      expect(back.name).toBe(name);
    },
  );

  test("keeps its own strings, numbers and booleans and drops the rest", () => {
    const error = Object.assign(new Error("refused"), {
      code: "ECONNREFUSED",
      port: 80,
      fatal: false,
      response: { body: "long" },
      ratio: Number.NaN,
    });
    const back = cross(error);
    expect(back).toMatchObject({ code: "ECONNREFUSED", port: 80, fatal: false });
    expect(Object.keys(back).toSorted()).toEqual(["code", "fatal", "port"]);
  });

  test("keeps its chain of causes", () => {
    const back = cross(new Error("top", { cause: new TypeError("middle", { cause: "bottom" }) }));
    const middle = back.cause as Error;
    expect(middle).toBeInstanceOf(TypeError);
    expect((middle.cause as Error).message).toBe("bottom");
  });

  test("keeps a cause that was set afterwards as an error, not also as a property", () => {
    const back = cross(Object.assign(new Error("top"), { cause: "bottom" }));
    expect((back.cause as Error).message).toBe("bottom");
  });

  test("keeps the members of an AggregateError", () => {
    const back = cross(new AggregateError([new RangeError("one"), "two"], "both"));
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.message).toBe("both");
    const [one, two] = (back as AggregateError).errors as Error[];
    expect(one).toBeInstanceOf(RangeError);
    expect(two?.message).toBe("two");
  });

  test("is an error too when it comes from another realm", () => {
    const data = serializeError(runInNewContext("new TypeError('elsewhere')"));
    expect(data).toMatchObject({ name: "TypeError", message: "elsewhere" });
    expect(data.thrownValue).toBeUndefined();
  });
});

describe("a ToolError that crosses", () => {
  test("is a ToolError with all its facts", () => {
    const error = new ToolError("RATE_LIMITED", "slow", {
      details: { limit: 3 },
      retryable: false,
      retryAfterMs: 20,
      cause: new Error("429"),
    });
    const back = cross(error) as ToolError;
    expect(ToolError.is(back, "RATE_LIMITED")).toBe(true);
    expect(back.toJSON()).toEqual(error.toJSON());
    expect(back.stack).toBe(error.stack);
    expect((back.cause as Error).message).toBe("429");
  });

  test("loses details that JSON cannot say rather than not crossing", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    for (const details of [cyclic, { big: 1n }]) {
      const back = cross(new ToolError("TOOL_FAILED", "x", { details })) as ToolError;
      expect(back.details).toEqual({});
    }
  });

  test("loses a wait without end, which JSON cannot say", () => {
    const endless = new ToolError("RATE_LIMITED", "x", { retryAfterMs: Infinity });
    expect((cross(endless) as ToolError).retryAfterMs).toBeUndefined();
  });

  test.each(["NEW_CODE", "toString"])(
    "is a plain error when its code, %s, is not known",
    (code) => {
      const data = serializeError(new ToolError("TOOL_FAILED", "x"));
      const tool = { ...data.tool, code } as unknown as NonNullable<SerializedError["tool"]>;
      const back = deserializeError({ ...data, tool });
      expect(ToolError.is(back)).toBe(false);
      expect(back.name).toBe("ToolError");
    },
  );
});

describe("what is no error, or worse than one,", () => {
  test("crosses as an error with its text", () => {
    expect(serializeError("boom")).toEqual({ name: "Error", message: "boom", thrownValue: true });
    expect(cross(undefined).message).toBe("undefined");
    expect(cross({ code: 3 }).message).toBe('{"code":3}');
  });

  test("ends where causes go round in a circle", () => {
    const error: Error = new Error("round");
    error.cause = error;
    let depth = 0;
    for (let at: unknown = cross(error); at instanceof Error; at = at.cause) depth += 1;
    expect(depth).toBe(9);
  });

  test("stays small when an AggregateError holds itself many times", () => {
    const error = new AggregateError([], "all");
    error.errors = Array.from({ length: 50 }, () => error);
    expect(JSON.stringify(serializeError(error)).split('"message"').length - 1).toBe(64);
  });

  test("crosses when it throws as it is read", () => {
    const error = new Error("x");
    Object.defineProperty(error, "message", {
      get() {
        throw new Error("no");
      },
    });
    expect(serializeError(error).thrownValue).toBe(true);
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(serializeError(revoked.proxy).message).toBe("something that cannot be shown");
  });

  test("keeps text where name and message are none", () => {
    const odd = Object.assign(new Error("x"), { name: 7, message: { code: 1 } });
    expect(serializeError(odd)).toMatchObject({ name: "7", message: '{"code":1}' });
  });

  test("never throws, and what it writes crosses with its name and message", () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, message) => {
        for (const thrown of [value, Object.assign(new Error(message), { cause: value, value })]) {
          const data = serializeError(thrown);
          const back = cross(thrown);
          expect(back.message).toBe(data.message);
          expect(back.name).toBe(data.name);
        }
      }),
    );
  });
});
