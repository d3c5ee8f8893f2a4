/**
 * What this package needs to know of Markdown: titles, first sentences, links, and fenced blocks with the comment before them. A
 * comment directly above a block says what the tests do with it; readers never see it.
 */

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** The text of the HTML comment on the line above the fence; empty without one. */
  readonly marker: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

const FENCE = /^(\s*)(`{3,})(\S*)[^`]*$/;
const COMMENT = /^\s*<!--\s*(.*?)\s*-->\s*$/;

export function codeBlocksOf(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    const opening = FENCE.exec(lines[i] ?? '');
    if (opening === null) continue;
    const [, indent = '', fence = '', language = ''] = opening;
    const start = i;
    const text: string[] = [];
    for (i += 1; i < lines.length && (lines[i] ?? '').trim() !== fence; i += 1) {
      const line = lines[i] ?? '';
      text.push(line.startsWith(indent) ? line.slice(indent.length) : line);
    }
    const marker = COMMENT.exec(lines[start - 1] ?? '')?.[1] ?? '';
    blocks.push({ language, text: text.join('\n'), marker, line: start + 1 });
  }
  return blocks;
}

/** Applies `change` to everything outside fenced blocks. */
export function mapProse(markdown: string, change: (line: string) => string): string {
  let fence: string | undefined;
  return markdown
    .split('\n')
    .map((line) => {
      if (fence !== undefined) {
        if (line.trim() === fence) fence = undefined;
        return line;
      }
      const opening = FENCE.exec(line);
      if (opening === null) return change(line);
      fence = opening[2];
      return line;
    })
    .join('\n');
}

/** Drops the lines that are comments for the tests. */
export function withoutComments(markdown: string): string {
  const dropped = mapProse(markdown, (line) => (COMMENT.test(line) ? '\0' : line));
  return dropped
    .split('\n')
    .filter((line) => line !== '\0')
    .join('\n');
}

/** The text of the first heading. @throws Error when the page has none */
export function titleOf(markdown: string, path: string): string {
  const title = /^# (.+)$/m.exec(markdown)?.[1];
  if (title === undefined) throw new Error(`${path} does not begin with a heading`);
  return title.replaceAll('`', '');
}

/** The first sentence of the first paragraph, as plain text. */
export function summaryOf(markdown: string): string {
  const body = withoutComments(markdown).replace(/^# .+\n/m, '');
  const paragraph =
    body
      .split(/\n{2,}/)
      .map((part) => part.trim())
      .find((part) => part !== '' && !/^(#|```|\||- |>|\d+\. )/.test(part)) ?? '';
  const text = paragraph
    .replaceAll('\n', ' ')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*`]/g, '');
  return /^.*?[.:?](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;
}
