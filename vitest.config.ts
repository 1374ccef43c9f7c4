import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Test files, and the programs they start, share what Node has compiled, as our workers do.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "node-compile-cache");

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["src/**/*.test.ts"],
          typecheck: {
            enabled: true,
            include: ["src/**/*.test-d.ts"],
            tsconfig: "./tsconfig.json",
            ignoreSourceErrors: true,
          },
          // Nothing here leaves anything behind: files share their workers, and what they import.
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "side by side",
          include: ["test/side-by-side/**/*.test.ts"],
          // Nothing here depends on how long things take.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "whole",
          include: ["test/*.test.ts", "test/integration/**/*.test.ts"],
          // Each has the machine to itself, with its workers and children.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    // Node itself loads the tests, as it loads the workers: module URLs keep their queries.
    experimental: { viteModuleRunner: false },
    setupFiles: ["test/property-seed.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
