/** Bodies that are lists of named fields: `application/x-www-form-urlencoded` and `multipart/form-data`. */
import { randomUUID } from "node:crypto";
import { bytesOf } from "./binary-value.ts";
import { inputRefusal } from "./input-refusal.ts";
import type { EncodingPlan } from "./operation.ts";
import { encodeComponent } from "./percent-encode.ts";
import { scalarText, serializeParameter } from "./serialize-parameter.ts";

/** A body that was written, and what to call it. */
export interface WrittenBody {
  readonly contentType: string;
  readonly content: string | Uint8Array;
}

type Encodings = Readonly<Record<string, EncodingPlan>>;
type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes `a=1&b=2` (OpenAPI 3.2, section 4.15.4.2). A field is written by its style where the document names one, else as
 * its media type; without either, lists are repeated and objects are JSON.
 *
 * @throws ToolError `INPUT_INVALID` when the body is no object.
 */
export function writeForm(field: string, value: unknown, encodings: Encodings): string {
  const pairs = Object.entries(fieldsOf(field, value)).map(([name, given]) =>
    formField(name, given, encodings[name] ?? {}),
  );
  return pairs.filter((pair) => pair !== undefined).join("&");
}

/**
 * Writes parts with a boundary (RFC 7578). Members of a list are parts of the same name; binary fields carry a file
 * name, for servers take those alone for files.
 *
 * @throws ToolError `INPUT_INVALID` when the body is no object, or a binary field is neither bytes nor base64.
 */
export function writeMultipart(field: string, value: unknown, encodings: Encodings): WrittenBody {
  const boundary = `toolyard-${randomUUID()}`;
  const parts = Object.entries(fieldsOf(field, value)).flatMap(([name, given]) => {
    const encoding = encodings[name] ?? {};
    const items = Array.isArray(given) && !isJson(encoding.contentType) ? given : [given];
    return items
      .filter((item) => item !== undefined && item !== null)
      .flatMap((item: unknown) => writePart(boundary, name, item, encoding));
  });
  const end = Buffer.from(`--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    content: Buffer.concat([...parts, end]),
  };
}

function formField(name: string, given: unknown, encoding: EncodingPlan): string | undefined {
  if (given === undefined || given === null) return undefined;
  if (isJsonField(given, encoding)) {
    return `${encodeComponent(name)}=${encodeComponent(JSON.stringify(given))}`;
  }
  const { style = "form", explode = style === "form", allowReserved = false } = encoding;
  const form = { field: name, name, in: "query", style, explode, allowReserved } as const;
  return serializeParameter(form, given);
}

function isJsonField(given: unknown, { contentType, style, explode }: EncodingPlan): boolean {
  if (style !== undefined || explode !== undefined) return false;
  return isJson(contentType) || (typeof given === "object" && !Array.isArray(given));
}

function writePart(
  boundary: string,
  name: string,
  item: unknown,
  encoding: EncodingPlan,
): readonly Uint8Array[] {
  const isBinary = encoding.binary === true || item instanceof Uint8Array;
  const content = isBinary ? bytesOf(name, item) : Buffer.from(partText(item, encoding));
  const contentType = partType(item, encoding, isBinary);
  const quoted = quote(name);
  const filename = isBinary ? `; filename="${quoted}"` : "";
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted}"${filename}\r\n` +
    `${contentType === undefined ? "" : `Content-Type: ${contentType}\r\n`}\r\n`;
  return [Buffer.from(head), content, Buffer.from("\r\n")];
}

/** A list of types (`image/png, image/jpeg`) says what a server takes; the first is as good as any. */
function partType(item: unknown, encoding: EncodingPlan, isBinary: boolean): string | undefined {
  const [wanted] = encoding.contentType?.split(",") ?? [];
  if (wanted !== undefined && !wanted.includes("*")) return wanted.trim().replaceAll(/[\r\n]/g, "");
  if (isBinary) return "application/octet-stream";
  return typeof item === "object" ? "application/json" : undefined;
}

function partText(item: unknown, { contentType }: EncodingPlan): string {
  return isJson(contentType) ? (JSON.stringify(item) ?? "") : scalarText(item);
}

/** As browsers do it (HTML, multipart/form-data encoding algorithm). */
function quote(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function fieldsOf(field: string, value: unknown): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw inputRefusal(field, "a form is an object of fields");
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /[/+]json\b/i.test(contentType);
}
