/** Tools of a module run in child processes: a tool that dies takes nobody with it. */
import { ToolRegistry } from "../src/index.ts";

await using registry = new ToolRegistry({ mode: "process", pools: { process: { max: 2 } } });
await registry.registerModule(new URL("./main-job/prime-tools.ts", import.meta.url), {
  namespace: "primes",
});
await registry.registerModule(new URL("./main-job/risky-tools.ts", import.meta.url), {
  namespace: "risky",
});

const results = await registry.executeToolCalls([
  { name: "primes.count", input: { from: 1, to: 100_000 } },
  { name: "risky.crash" },
  { name: "primes.count", input: { from: 100_000, to: 200_000 } },
]);

for (const { toolName, timing, ...result } of results) {
  const answer = result.status === "ok" ? result.output : result.error.code;
  console.log(toolName, timing.mode, answer);
}
