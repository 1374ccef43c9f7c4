import { Agent } from "@openai/agents";
import { expectTypeOf, test } from "vitest";
import { openAiAgentsTools } from "./openai-agents-tools.ts";
import type { CallableRegistry } from "./registry-calls.ts";

interface Urgency {
  readonly urgent: boolean;
}

declare const registry: CallableRegistry;

test("tools that ask nothing of the context fit every agent", () => {
  const tools = openAiAgentsTools(registry);
  expectTypeOf(new Agent({ name: "any", tools })).toEqualTypeOf<Agent>();
  expectTypeOf(new Agent<Urgency>({ name: "urgent", tools })).toEqualTypeOf<Agent<Urgency>>();
});

test("options are asked with the context of the agent, and its tools fit no agent with another", () => {
  const tools = openAiAgentsTools<Urgency>(registry, {
    priority: ({ context }) => (context.urgent ? -1 : 0),
  });
  expectTypeOf(new Agent<Urgency>({ name: "urgent", tools })).toEqualTypeOf<Agent<Urgency>>();
  // @ts-expect-error -- this agent's context does not say what is urgent
  expectTypeOf(new Agent<{ user: string }>({ name: "other", tools })).toBeObject();
});
