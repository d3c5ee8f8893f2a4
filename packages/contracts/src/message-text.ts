/**
 * A conversation as the text that people write: the body of a prompt file, and what a comparison of two versions shows.
 *
 * A line that is `system:`, `user:` or `assistant:` begins a message, `placeholder: NAME` (`NAME?`: not required) stands for a list of
 * messages. Within a message, `media: URL` and `media (TYPE): URL` begin a medium, and `text:` another text. An empty line and the newline
 * before the next message belong to the form. Any other line is the author's, who writes a backslash before one that would begin something.
 */
import type { Wire } from './schemas.ts';

type Message = Wire<'ChatMessage'>;
type Part = Wire<'MessagePart'>;

/** An entry of a conversation that is only read. */
export type ReadonlyMessage = Readonly<Omit<Message, 'parts'>> & {
  readonly parts?: readonly Readonly<Part>[];
};

const BEGINNING = /^(?:(system|user|assistant):|placeholder: (\S+?)(\?)?)$/;
const PART = /^(?:(text):|media(?: \(([^()]*)\))?:(?: (.*))?)$/s;

/** The text has a line before the first message, or behind a placeholder. */
export class MessageTextError extends Error {
  override readonly name = 'MessageTextError';
  /** From 1. */
  readonly line: number;
  readonly reason: string;

  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`);
    this.line = line;
    this.reason = reason;
  }
}

/** Without a newline at the end. The messages are of a form that a version may have. */
export function messagesAsText(messages: readonly ReadonlyMessage[]): string {
  return messages.map(blockOf).join('\n\n');
}

function blockOf({ role, template, parts, placeholder, required }: ReadonlyMessage): string {
  if (placeholder !== undefined) return `placeholder: ${placeholder}${required === true ? '' : '?'}`;
  if (parts === undefined) return `${role}:\n${escaped(template ?? '')}`;
  // A text that is all of a message would be read as its template, and one that begins it needs no mark otherwise.
  const isMarked = (index: number) => index > 0 || parts.length === 1;
  return [`${role}:`, ...parts.map((part, index) => partOf(part, isMarked(index)))].join('\n');
}

function partOf({ type, template = '', url = '', media_type }: Readonly<Part>, isMarked: boolean): string {
  if (type === 'text') return isMarked ? `text:\n${escaped(template)}` : escaped(template);
  const [first = '', ...others] = url.split('\n');
  const mark = media_type === undefined ? 'media:' : `media (${media_type}):`;
  return [`${mark} ${first}`, ...others.map(escapedLine)].join('\n');
}

function escaped(text: string): string {
  return text.split('\n').map(escapedLine).join('\n');
}

function escapedLine(line: string): string {
  return isMark(line.replace(/^\\+/, '')) ? `\\${line}` : line;
}

function isMark(line: string): boolean {
  return BEGINNING.test(line) || PART.test(line);
}

function unescapedLine(line: string): string {
  return line.startsWith('\\') && isMark(line.replace(/^\\+/, '')) ? line.slice(1) : line;
}

/** Reads what `messagesAsText` writes. Whether a version may hold it is judged elsewhere. @throws MessageTextError */
export function messagesFromText(text: string): Message[] {
  const messages: Message[] = [];
  /** Those of the message that is being read. */
  let lines: string[] | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const [isBeginning, role, placeholder, isOptional] = BEGINNING.exec(line) ?? [];
    if (isBeginning === undefined) {
      if (lines !== undefined) lines.push(line);
      else if (line.trim() !== '')
        throw new MessageTextError(index + 1, 'stands before the first message, or behind a placeholder');
      continue;
    }
    if (lines?.at(-1) === '') lines.pop();
    finish(messages, lines);
    if (placeholder !== undefined) {
      messages.push({ placeholder, ...(isOptional === undefined && { required: true }) });
      lines = undefined;
    } else if (role !== undefined) {
      messages.push({ role });
      lines = [];
    }
  }
  finish(messages, lines);
  return messages;
}

/** Gives the last message what its lines hold. */
function finish(messages: Message[], lines: readonly string[] | undefined): void {
  const message = messages.pop();
  if (message !== undefined)
    messages.push(lines === undefined ? message : { ...message, ...contentOf(lines) });
}

/** Lines up to one that begins a part are a text, unless that is empty; lines behind a medium's go on with its URL. */
function contentOf(lines: readonly string[]): Pick<Message, 'template' | 'parts'> {
  const parts: { part: Part; lines: string[] }[] = [{ part: { type: 'text' }, lines: [] }];
  for (const line of lines) {
    const [isPart, isText, mediaType, url = ''] = PART.exec(line) ?? [];
    if (isPart === undefined) parts.at(-1)?.lines.push(unescapedLine(line));
    else if (isText !== undefined) parts.push({ part: { type: 'text' }, lines: [] });
    else {
      const part = { type: 'media', ...(mediaType !== undefined && { media_type: mediaType }) };
      parts.push({ part, lines: [url] });
    }
  }
  const [first, ...marked] = parts.map(({ part, lines: own }): Part => {
    const content = own.join('\n');
    const { type, ...others } = part;
    return type === 'text' ? { type, template: content } : { type, url: content, ...others };
  });
  if (marked.length === 0) return { template: first?.template ?? '' };
  return { parts: first === undefined || first.template === '' ? marked : [first, ...marked] };
}
