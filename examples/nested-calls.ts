/** A tool that calls tools: in parallel, within the same limits, and cancelled together. */
import { defineTool, ToolError, ToolRegistry } from "../src/index.ts";

const DEGREES: Readonly<Record<string, number>> = { Bern: 11, Lima: 19 };

await using registry = new ToolRegistry();

registry.register(
  defineTool({
    name: "look_up",
    description: "The temperature of a city",
    input: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    execute: ({ city }) => DEGREES[city] ?? 0,
  }),
);

registry.register(
  defineTool({
    name: "plan_trip",
    description: "Looks up every city of a trip",
    input: { type: "object", properties: { cities: { type: "array" } }, required: ["cities"] },
    execute: async ({ cities }, { call }) => {
      const found = await Promise.all(cities.map((city) => call("look_up", { city })));
      const sum = (found as number[]).reduce((total, degrees) => total + degrees, 0);
      return `${cities.length} cities, ${sum / cities.length} degrees on average`;
    },
  }),
);

// The result of a nested call names the call that made it.
const parents = new Map<number, string>();
registry.on("tool.invoked", ({ callNumber, toolName }) => parents.set(callNumber, toolName));
registry.on("tool.completed", ({ parentCall, toolName }) => {
  if (parentCall !== undefined) console.log(`${toolName}, called by ${parents.get(parentCall)}`);
});

console.log("plan_trip:", await registry.call("plan_trip", { cities: ["Bern", "Lima"] }));

// What a nested call fails with, its tool may catch. This one does not.
try {
  await registry.call("plan_trip", { cities: ["Bern", ["Lima"]] });
} catch (thrown) {
  if (ToolError.is(thrown)) console.log("plan_trip failed:", thrown.code, thrown.message);
}
