/** First file of a poolifier thread. */
import { ThreadWorker } from "poolifier";
import { answerCall, type PeerCall } from "./answer-call.ts";

export const worker: ThreadWorker<PeerCall, number> = new ThreadWorker((call?: PeerCall) =>
  answerCall(call as PeerCall),
);
