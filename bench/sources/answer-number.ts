/**
 * The number in an answer: itself, its text, the `result` of the HTTP calculator, or the content of an MCP result.
 * Anything else comes back as it is, to be found wrong.
 */
export function answerNumber(answer: unknown): unknown {
  if (typeof answer === "string") return answer === "" ? answer : Number(answer);
  if (typeof answer !== "object" || answer === null) return answer;
  if ("result" in answer) return answerNumber(answer.result);
  if ("text" in answer) return answerNumber(answer.text);
  if ("content" in answer && Array.isArray(answer.content)) return answerNumber(answer.content[0]);
  return answer;
}
