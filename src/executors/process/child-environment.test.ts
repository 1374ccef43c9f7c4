import { expect, test } from "vitest";
import { childEnvironment } from "./child-environment.ts";

test("a child gets what programs need and none of the parent's secrets", () => {
  const parent = {
    PATH: "/bin",
    HOME: "/home/me",
    LC_ALL: "C",
    TZ: "UTC",
    OPENAI_API_KEY: "hush",
    AWS_SECRET_ACCESS_KEY: "hush",
    NODE_OPTIONS: "--require ./spy.js",
    TMPDIR: undefined,
  };
  expect(childEnvironment(parent, {})).toEqual({
    PATH: "/bin",
    HOME: "/home/me",
    LC_ALL: "C",
    TZ: "UTC",
  });
});

test("added variables win, and undefined takes one out", () => {
  const parent = { PATH: "/bin", HOME: "/home/me" };
  expect(childEnvironment(parent, { PATH: "/opt/bin", HOME: undefined, TOKEN: "given" })).toEqual({
    PATH: "/opt/bin",
    TOKEN: "given",
  });
});
