/** Property tests try new cases at each run here, and the same ones in CI: a failure there is due to the change. */
import { configureGlobal } from "fast-check";

if (process.env["CI"] !== undefined) configureGlobal({ seed: 20_261_120 });
