/** White space as Go's `unicode.IsSpace` has it, which is neither JavaScript's nor that of a regular expression's `\s`. */

export function isBlank(text: string): boolean {
  return firstNonSpace(text) === text.length;
}

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  const start = firstNonSpace(text);
  let end = text.length;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** As much white space is little. */
const LITTLE = 64;

/** Whether trimming the text takes no time worth speaking of. */
export function hasLittleSpaceAround(text: string): boolean {
  return !isBlank(text.slice(0, LITTLE)) && !isBlank(text.slice(-LITTLE));
}

function firstNonSpace(text: string): number {
  let at = 0;
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  switch (unit) {
    case 0x85:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return true;
    default:
      return unit >= 0x2000 && unit <= 0x200a;
  }
}
