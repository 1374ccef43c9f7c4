/** The input of every arithmetic tool, as the model is told of it. */
export const PAIR = {
  type: "object",
  properties: { a: { type: "number" }, b: { type: "number" } },
  required: ["a", "b"],
} as const;
