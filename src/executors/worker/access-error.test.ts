import { expect, test } from "vitest";
import { ToolError } from "../../core/tool-error.ts";
import { namingMissingRight } from "./access-error.ts";

const denied = (facts: object): Error =>
  Object.assign(new Error("Access to this API has been restricted."), {
    code: "ERR_ACCESS_DENIED",
    ...facts,
  });

test.each<[object, string | undefined, string, string]>([
  [{ permission: "FileSystemRead", resource: "/etc" }, "fsRead", "/etc", "fsRead for /etc"],
  [
    { permission: "FileSystemWrite", resource: "/tmp/x" },
    "fsWrite",
    "/tmp/x",
    "fsWrite for /tmp/x",
  ],
  [{ permission: "ChildProcess", resource: "ls" }, "childProcess", "ls", "childProcess for ls"],
  [{ permission: "WorkerThreads", resource: "" }, "worker", "", "the right worker;"],
  [{ permission: "WASI", resource: "" }, "wasi", "", "the right wasi;"],
  [{ permission: "Net", resource: "" }, "net", "", "the right net;"],
  [
    { syscall: "connect", address: "127.0.0.1", port: 80 },
    "net",
    "127.0.0.1:80",
    "net for 127.0.0.1:80",
  ],
  [
    { syscall: "getaddrinfo", hostname: "example.com" },
    "net",
    "example.com",
    "net for example.com",
  ],
  [{ code: "ERR_DLOPEN_DISABLED" }, "addons", "", "the right addons;"],
  [{ permission: "FFI", resource: "" }, "FFI", "", "the right FFI;"],
  [{ permission: "", resource: "" }, undefined, "", "Access to this API has been restricted."],
])("a denial of %j names the right", (facts, right, resource, words) => {
  const error = namingMissingRight(ToolError.from(denied(facts), "tool"), "tool");
  expect(error.code).toBe("PERMISSION_DENIED");
  expect(error.details).toEqual({ right, resource });
  expect(error.message).toContain(words);
});

test("the denial may be any of the causes, and a cycle of causes ends", () => {
  const deep = new Error("wrapped", {
    cause: new TypeError("fetch failed", { cause: denied({ permission: "Net", resource: "" }) }),
  });
  expect(namingMissingRight(ToolError.from(deep, "tool"), "tool").code).toBe("PERMISSION_DENIED");
  const cycle = new Error("round");
  cycle.cause = cycle;
  expect(namingMissingRight(ToolError.from(cycle, "tool"), "tool").code).toBe("TOOL_FAILED");
});

test("a denial at import says so", () => {
  const cause = denied({ permission: "FileSystemRead", resource: "/m.ts" });
  const error = namingMissingRight(
    new ToolError("SOURCE_UNAVAILABLE", "not loaded", { cause }),
    "tool",
  );
  expect(error.message).toContain("fsRead for /m.ts");
  expect(error.message).toContain("to load its module");
});

test("a code that the tool chose, and other failures, stay as they are", () => {
  const cause = denied({ permission: "Net", resource: "" });
  const chosen = new ToolError("RATE_LIMITED", "later", { cause });
  expect(namingMissingRight(chosen, "tool")).toBe(chosen);
  for (const thrown of [new Error("no"), "text", undefined, null]) {
    const error = ToolError.from(thrown, "tool");
    expect(namingMissingRight(error, "tool")).toBe(error);
  }
});
