/** Percent-encoding of values in URLs (RFC 3986), as the expressions of RFC 6570 want it. */

/** A part of a URL that a value stands in; `query-string`: the value is the whole of it. */
export type EncodedPlace = "path" | "query" | "query-string";

/** Everything but unreserved characters is encoded, as in `{value}` of RFC 6570. */
export function encodeComponent(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, asHex);
}

/**
 * Reserved characters and percent-encoded triples stay, as in `{+value}` of RFC 6570; what would end the part of the
 * URL that the value stands in is encoded all the same (OpenAPI 3.2, section 4.12.2: `allowReserved`).
 */
export function encodeReserved(text: string, place: EncodedPlace): string {
  const forbidden = DIVIDERS[place];
  return text
    .toWellFormed()
    .split(/(%[\da-f]{2})/i)
    .map((piece, index) =>
      index % 2 === 1 ? piece : encodeURI(piece).replaceAll(forbidden, asHex),
    )
    .join("");
}

/** Makes a part of a URL that a document holds fit to be sent: what is encoded already stays. */
export function encodeLiteral(text: string): string {
  return text
    .toWellFormed()
    .split(/(%[\da-f]{2})/i)
    .map((piece, index) => (index % 2 === 1 ? piece : encodeURI(piece)))
    .join("");
}

/** The text that was encoded; the text itself where that cannot be told. */
export function decodeEncoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What has a meaning of its own there. A whole query may hold what divides its pairs. */
const DIVIDERS: Readonly<Record<EncodedPlace, RegExp>> = {
  path: /[/?#[\]]/g,
  query: /[#[\]&+]/g,
  "query-string": /[#[\]]/g,
};

const UNRESERVED = /^[\w.~-]*$/;

function asHex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
