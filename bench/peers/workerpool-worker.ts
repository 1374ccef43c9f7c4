/** First file of a workerpool worker, thread or process. */
import workerpool from "workerpool";
import { answerCall } from "./answer-call.ts";

workerpool.worker({ answerCall });
