/** Bytes in a tool's input: as bytes, as base64, or as a `data:` URL. */
import { inputRefusal } from "./input-refusal.ts";

/**
 * The bytes that a value stands for.
 *
 * @throws ToolError `INPUT_INVALID` when it is neither bytes nor base64.
 */
export function bytesOf(field: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (typeof value === "string") {
    const text = value.startsWith("data:") ? value.slice(value.indexOf(",") + 1) : value;
    const dense = text.replaceAll(/\s/g, "");
    if (/^[\w+/-]*={0,2}$/.test(dense)) return Buffer.from(dense, "base64");
  }
  throw inputRefusal(field, "it is binary, and takes bytes or base64");
}
