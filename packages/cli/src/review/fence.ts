/**
 * Foreign texts in Markdown. They stand only in fences that are longer than any run of backticks in them, so that no mention, link, image or HTML of a
 * prompt acts where the report is shown.
 */
import { printableLines } from '../text-input.ts';

/** @param language of the fence, as `diff` */
export function fenced(text: string, language: 'diff' | 'text'): string {
  // Carriage returns would be line breaks to Markdown, and end nothing that this fence does not.
  const shown = printableLines(text).replace(/\n$/, '');
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${shown}\n${fence}\n`;
}

/** Lines in a fence of at most so many characters; a line that is left out is counted. */
export function fencedLines(lines: readonly string[], most: number): string {
  const kept: string[] = [];
  let left = most - MOST_FRAME;
  for (const line of lines) {
    const shown = line.length > MOST_OF_A_LINE && most !== Infinity ? `${cut(line, MOST_OF_A_LINE)}…` : line;
    // Escapes may make a character longer, but not what is looked at here.
    const length = printableLines(shown).length + 1;
    if (length > left) break;
    left -= length;
    kept.push(shown);
  }
  const rest = lines.length - kept.length;
  return fenced([...kept, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n'), 'text');
}

/** The fences themselves, which are as long as a run of backticks, and the line that counts. */
const MOST_FRAME = 2 * 1024 + 64;
const MOST_OF_A_LINE = 1_000;

/** At most so many units, without half of a pair at the end. */
function cut(text: string, most: number): string {
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}
