/** Who takes part. */
import { bareFunctions } from "../contenders/bare-functions.ts";
import { PLACES } from "../contenders/contender.ts";
import type { PythonPeer } from "../peers/python/set-up.ts";
import { type Entrant, entrantHere } from "./entrant.ts";
import { bareMcp } from "./entrants/bare-mcp.ts";
import { bareRequest } from "./entrants/bare-request.ts";
import { pythonIn } from "./entrants/python-registry.ts";
import { type ToolyardShape, toolyardIn } from "./entrants/toolyard.ts";
import type { SourceKind } from "./kinds.ts";

/** Everybody with tools of one kind. */
export interface Lineup {
  readonly entrants: readonly Entrant[];
  /** The title of the bare client. */
  readonly baseline: string;
}

/** Toolyard in each mode, the bare client, and Python's registries. */
export function lineup(
  kind: SourceKind,
  shape: ToolyardShape,
  peers: readonly PythonPeer[],
): Lineup {
  const bare = bareClient(kind, shape);
  const ours = PLACES.map((place) => toolyardIn(place, kind, shape));
  const pythons = peers.flatMap((peer) => pythonIn(peer, kind, shape.addresses));
  return { entrants: [...ours, bare, ...pythons], baseline: bare.title };
}

function bareClient(kind: SourceKind, { addresses }: ToolyardShape): Entrant {
  if (kind === "openapi") return bareRequest(addresses.openapi);
  if (kind !== "functions" && kind !== "class") return bareMcp(kind, addresses);
  return entrantHere("bare async functions", false, () => bareFunctions().start());
}
