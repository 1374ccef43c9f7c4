/** Writes the pages that come from the code: `npm run docs`. A test fails when one is stale. */
import { writeFileSync } from "node:fs";
import { ERROR_CODES } from "../src/core/error-codes.ts";

/** The generated pages, by path from the repository's root. */
export function generatedPages(): Record<string, string> {
  return { "docs/errors.md": errorsPage() };
}

function errorsPage(): string {
  const sections = Object.entries(ERROR_CODES).map(([code, facts]) =>
    [
      `## ${code}`,
      "",
      `${facts.meaning} ${facts.remedy}`,
      "",
      `HTTP ${facts.httpStatus}, ${facts.retryable ? "worth another try" : "not worth another try"} unless the error says otherwise.`,
    ].join("\n"),
  );
  const intro =
    "# Errors\n\nEvery failed call carries one `ToolError` with one of these codes. The list is closed; test with\n" +
    "`ToolError.is(value, code)`. Written by `npm run docs` from `src/core/error-codes.ts`; do not edit.";
  return `${[intro, ...sections].join("\n\n")}\n`;
}

if (import.meta.main) {
  for (const [path, text] of Object.entries(generatedPages())) {
    writeFileSync(new URL(`../${path}`, import.meta.url), text);
  }
}
