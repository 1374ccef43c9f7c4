/** Makes the tools of OpenAPI documents anew in a worker: they come as plans, and no document is read there. */
import type { LoadedFunction } from "../../core/tool.ts";
import { OperationCaller } from "./operation-caller.ts";
import type { OperationPlan } from "./operation.ts";
import { type SourceConnection, type SourceSpec, openConnection } from "./source-connection.ts";

/** What the tool of an operation is made of; JSON. */
export interface OperationSpec {
  readonly source: SourceSpec;
  readonly plan: OperationPlan;
}

/** Where this is, for whoever has to import it. */
export const LOADER_URL: string = import.meta.url;

/** One for each source that has tools here, by its key. */
const connections = new Map<string, Promise<SourceConnection>>();

/** The function of an operation's tool. Tools of one source share connections, credentials and tokens. */
export async function loadTool(spec: OperationSpec): Promise<LoadedFunction> {
  const { source, plan } = spec;
  const opening = connections.get(source.key) ?? openConnection(source);
  connections.set(source.key, opening);
  const caller = new OperationCaller(plan, await opening);
  return (input, context) => caller.call(input, context);
}
