/** Functions among the settings: what users write there may throw, and give anything. */
import { isPromiseLike } from "../core/promise-like.ts";
import { ToolError } from "../core/tool-error.ts";

/**
 * What the function `setting` gives for `value`. A promise is given back as it is, for the caller to refuse; should it
 * reject, nobody is told.
 *
 * Throws `TOOL_FAILED`, not retryable, when the function throws; what it threw is the cause.
 *
 * @param path - The setting, for messages: `limits["edit_file"].key`.
 */
export function askSetting<Value>(
  setting: (value: Value) => unknown,
  value: Value,
  path: string,
): unknown {
  let answer: unknown;
  try {
    answer = setting(value);
    if (isPromiseLike(answer)) answer.then(undefined, () => {});
  } catch (cause) {
    throw settingError(`${path} threw; see \`cause\`.`, path, { cause });
  }
  return answer;
}

/**
 * The error of a call for which a setting gives nothing to go by: `TOOL_FAILED`, not retryable.
 *
 * @param message - Names the setting, and never holds the input.
 */
export function settingError(
  message: string,
  setting: string,
  because: { readonly cause?: unknown } = {},
): ToolError {
  return new ToolError("TOOL_FAILED", message, {
    ...because,
    details: { setting },
    retryable: false,
  });
}
