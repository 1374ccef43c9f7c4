/** Words to find tools by: of names as programmers write them, and of texts in any language. */

/** Words that say nothing of what is looked for. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a an and are as at be by can do for from how i in into is it me my of on or that the them this to " +
    "tool tools use what when which with you your"
  ).split(" "),
);
/** Words of a query that are looked up: a model may pass a whole page. */
const MAX_QUERY_TERMS = 32;
/** Characters of a query that are read at all. */
const MAX_QUERY_LENGTH = 10_000;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Nothing that could have an accent. */
// oxlint-disable-next-line no-control-regex -- all of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/u;
/** Accents of letters, and none of the marks that other scripts are written with. */
const ACCENTS = /[\u0300-\u036f]/gu;
/** Between a small letter or digit and a capital; between the last two capitals before a small letter. */
const HUMP = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;
/** Most words there are. */
const PLAIN = /^[a-z\d]+$/u;
/** Scripts that put no spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

let segmenter: Intl.Segmenter | undefined;

/** The words of a text, small: `getWeather` is `get`, `weather` and `getweather`; `math.add_two` is `math`, `add`, `two`. */
export function searchTerms(text: string): string[] {
  return (withoutAccents(text).match(WORD) ?? []).flatMap(wordTerms);
}

/** `É` is `E`, however it is written: models leave accents out, and files have them as characters of their own. */
function withoutAccents(text: string): string {
  return ASCII.test(text) ? text : text.normalize("NFKD").replace(ACCENTS, "").normalize("NFC");
}

/** The words of a query; without those that say nothing, unless there are no others. */
export function queryTerms(query: string): string[] {
  const all = [...new Set(searchTerms(query.slice(0, MAX_QUERY_LENGTH)))];
  const telling = all.filter((term) => !STOP_WORDS.has(term));
  return (telling.length > 0 ? telling : all).slice(0, MAX_QUERY_TERMS);
}

function wordTerms(word: string): string | string[] {
  if (PLAIN.test(word)) return word;
  if (UNSPACED.test(word)) return segments(word);
  const parts = word.split(HUMP).map((part) => part.toLowerCase());
  return parts.length === 1 ? parts : [...parts, word.toLowerCase()];
}

function segments(word: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "word" });
  return Array.from(segmenter.segment(word), ({ segment }) => segment.toLowerCase());
}
