/** The methods of an object as tools: state included. */
import { ToolRegistry } from "../src/index.ts";

class Counter {
  #count = 0;

  increase(by: number): number {
    this.#count += by;
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}

await using registry = new ToolRegistry();

registry.registerClass(new Counter(), {
  namespace: "counter",
  methods: {
    increase: {
      description: "Counts on",
      input: { type: "object", properties: { by: { type: "integer", default: 1 } } },
      parameters: ["by"],
    },
    reset: { description: "Starts again", input: { type: "object" }, parameters: [] },
  },
});

console.log(registry.list().map((tool) => tool.name));
console.log(await registry.call("counter.increase", { by: 40 }));
console.log(await registry.call("counter.increase", { by: 2 }));
await registry.call("counter.reset");
console.log(await registry.call("counter.increase"));
