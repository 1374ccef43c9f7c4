/** First file of a poolifier child process. */
import { ClusterWorker } from "poolifier";
import { answerCall, type PeerCall } from "./answer-call.ts";

export const worker: ClusterWorker<PeerCall, number> = new ClusterWorker((call?: PeerCall) =>
  answerCall(call as PeerCall),
);
