import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Node itself loads the tests, as it loads the workers: module URLs keep their queries.
    experimental: { viteModuleRunner: false },
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    typecheck: {
      enabled: true,
      include: ["src/**/*.test-d.ts"],
      tsconfig: "./tsconfig.json",
      ignoreSourceErrors: true,
    },
    setupFiles: ["test/property-seed.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
