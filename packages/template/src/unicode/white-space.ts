/** White space as Go's `unicode.IsSpace` has it, which is neither JavaScript's nor that of a regular expression's `\s`. */

const SPACE = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const onlySpace = new RegExp(`^[${SPACE}]*$`);
const space = new RegExp(`[${SPACE}]`);

export function isBlank(text: string): boolean {
  return onlySpace.test(text);
}

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && space.test(text.charAt(start))) start += 1;
  while (end > start && space.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
