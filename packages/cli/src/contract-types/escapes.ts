/**
 * Texts of others in generated code. Nothing that a slug, a key, a value or a description holds ends the literal or the comment that it stands in, hides in it,
 * or says something to a compiler.
 */

/** Characters that break lines, that cannot be seen, or that turn the direction of what stands behind them. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;

/** Half a character cannot be written in Go, nor saved in a file. */
function escaped(text: string, written: (codePoint: number) => string): string {
  return text.toWellFormed().replace(HIDDEN, (character) => written(character.codePointAt(0) ?? 0));
}

/** A literal in single quotes. */
export function typescriptText(text: string): string {
  const safe = escaped(text.replace(/[\\']/g, '\\$&'), (codePoint) => `\\u{${codePoint.toString(16)}}`);
  return `'${safe}'`;
}

/** A literal in double quotes, in Python and in Go. */
export function quotedText(text: string): string {
  const safe = escaped(text.replace(/[\\"]/g, '\\$&'), (codePoint) =>
    codePoint > 0xffff ? `\\U${hex(codePoint, 8)}` : `\\u${hex(codePoint, 4)}`,
  );
  return `"${safe}"`;
}

/** A line of a comment. */
export function commentText(line: string): string {
  return escaped(line, () => ' ').trim();
}

/** A line of a comment between `/**` and `*\/`, where `@` at its beginning would be a tag or a directive. */
export function blockCommentText(line: string): string {
  return commentText(line)
    .replaceAll('*/', '*\\/')
    .replace(/^[/*\s]*@/, (start) => `${start.slice(0, -1)}\\@`);
}

function hex(codePoint: number, digits: number): string {
  return codePoint.toString(16).padStart(digits, '0');
}
