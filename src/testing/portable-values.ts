/** Arbitrary values that can cross into a worker and back, for property tests. */
import {
  type Arbitrary,
  array,
  bigInt,
  boolean,
  constantFrom,
  date,
  dictionary,
  double,
  float64Array,
  integer,
  letrec,
  oneof,
  sparseArray,
  string,
  uint8Array,
  webUrl,
} from "fast-check";

/** Text with everything in it that breaks careless code: half characters, separators, nul, emoji. */
export const uglyText: Arbitrary<string> = oneof(
  string({ unit: "binary" }),
  array(integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  constantFrom("\uD800", "\uDC00x", "a\u2028b", "\0", '"\\', "</script>", "__proto__", "toJSON"),
);

const scalar: Arbitrary<unknown> = oneof(
  constantFrom(null, undefined, true, -0, Number.NaN, Infinity, -Infinity),
  double(),
  integer(),
  bigInt(),
  boolean(),
  uglyText,
  date({ noInvalidDate: false }),
  uint8Array(),
  float64Array(),
  webUrl().map((url) => new URL(url)),
  constantFrom(/a+b/giu, /\//, new URLSearchParams("a=1&a=2")),
);

const key = string().filter((name) => name !== "__proto__" && name !== "toJSON" && name !== "then");

/** Values nested in lists, holes, objects, maps and sets, as deep as fast-check likes. */
export const anyPortableValue: Arbitrary<unknown> = letrec((tie) => ({
  value: oneof(
    { maxDepth: 5, depthSize: "small" },
    scalar,
    array(tie("value"), { maxLength: 6 }),
    sparseArray(tie("value"), { maxNumElements: 4 }),
    dictionary(key, tie("value"), { maxKeys: 6 }),
    dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    array(tie("value"), { maxLength: 4 }).map((values) => new Set(values)),
    array(array(tie("value"), { minLength: 2, maxLength: 2 }), { maxLength: 4 }).map(
      (entries) => new Map(entries as [unknown, unknown][]),
    ),
  ),
})).value;
