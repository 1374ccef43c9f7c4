/** Which of several media types is taken, and how a value is written in it. */
import type { BodyPlan } from "./operation.ts";

/** How a body is written. */
export type BodyKind = NonNullable<BodyPlan["kind"]>;

/** Best first. */
const KINDS: readonly BodyKind[] = ["json", "form", "multipart", "text", "binary"];

const TEXT =
  /^text\/|^application\/(?:.*\+)?(?:xml|yaml|x-yaml|graphql|sql|javascript|x-ndjson|ndjson|jsonl|json-seq)$/;

/** How a value is written as a media type; undefined when it cannot be. */
export function kindOf(mediaType: string): BodyKind | undefined {
  const name = essenceOf(mediaType);
  if (["application/json", "application/*", "*/*"].includes(name)) return "json";
  if (name === "application/x-www-form-urlencoded") return "form";
  if (name === "multipart/form-data" || name === "multipart/*") return "multipart";
  if (name.startsWith("multipart/")) return undefined;
  if (name.endsWith("+json")) return "json";
  return TEXT.test(name) ? "text" : "binary";
}

/** A media type that can be sent, from one that may be a range like `text/*`. */
export function concreteType(mediaType: string, kind: BodyKind): string {
  if (!mediaType.includes("*")) return mediaType;
  const types = {
    json: "application/json",
    form: "application/x-www-form-urlencoded",
    multipart: "multipart/form-data",
    text: "text/plain",
    binary: "application/octet-stream",
  };
  return types[kind];
}

/** The one to send: by how it is written, JSON itself before what is like it, then in the document's order. */
export function bestType(mediaTypes: readonly string[]): string | undefined {
  const [best] = mediaTypes.toSorted((one, other) => compare(rank(one), rank(other)));
  return best !== undefined && rank(best) < Infinity ? best : undefined;
}

/** The `Accept` header for what may come back: JSON where there is some, else all of it. */
export function acceptOf(mediaTypes: readonly string[]): string | undefined {
  const types = [...new Set(mediaTypes.map((name) => name.trim()))].filter((name) =>
    /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+(?:\s*;[\x20-\x7e]*)?$/.test(name),
  );
  const json = types.filter((name) => kindOf(name) === "json" && !name.includes("*"));
  const plain = json.filter((name) => essenceOf(name) === "application/json");
  const best = [plain, json, types].find((list) => list.length > 0);
  return best?.join(", ");
}

function rank(mediaType: string): number {
  const kind = kindOf(mediaType);
  if (kind === undefined) return Infinity;
  const isLikeJson = kind === "json" && essenceOf(mediaType) !== "application/json";
  return KINDS.indexOf(kind) + (isLikeJson ? 0.5 : 0);
}

function essenceOf(mediaType: string): string {
  return (mediaType.split(";")[0] ?? "").trim().toLowerCase();
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}
