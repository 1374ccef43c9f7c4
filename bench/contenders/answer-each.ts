import type { PeerCall } from "../peers/answer-call.ts";
import type { OpenAiToolCall } from "../workload.ts";
import type { StartedContender } from "./contender.ts";

/** Answers a batch with a pool that takes one call at a time. */
export function answerEach(
  run: (call: PeerCall) => PromiseLike<unknown>,
): StartedContender["answer"] {
  return (calls) => Promise.all(calls.map((call) => run(peerCall(call))));
}

function peerCall({ function: { name, arguments: text } }: OpenAiToolCall): PeerCall {
  return { name, text };
}
