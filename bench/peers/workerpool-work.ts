/** First file of a workerpool worker of the pool benchmark, thread or process. */
import workerpool from "workerpool";
import { answerWork } from "./answer-work.ts";

workerpool.worker({ answerWork });
