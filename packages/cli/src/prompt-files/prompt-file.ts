/**
 * A prompt as a file: YAML between two lines of `---`, then the template unchanged, or the conversation in the form of `message-text.ts`. The file's last line break belongs to the file, not to the template, so
 * that editors which add one change nothing.
 *
 * No file that is written here contains a carriage return: a template with one is escaped in the head. CRLF in a head therefore shows that the whole file
 * was converted, as Git for Windows does on checkout, and the conversion can be undone.
 */
import {
  MessageTextError,
  messagesAsText,
  messagesFromText,
  type ReadonlyMessage,
} from '@px0/contracts/message-text';
import { z } from 'zod';
import { CliError } from '../exit-codes.ts';
import { headText, parseHead, quotedByLine } from './head.ts';

/** YAML reads unquoted `1`, `null` and `true` as other types than strings. */
const text = z.string({
  error: ({ input }) => (input === undefined ? 'is missing' : 'is not a string; put it in double quotes'),
});

/** `z.record` drops the key `__proto__`. */
function map(error: string) {
  return z.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    error,
  );
}

const settings = map('is not a map of settings');

/** A test case of the prompt. px0 judges the assertions, so that a file may have those of a newer one. */
const payload = z.strictObject({
  name: text.nullable().default(null),
  variables: z.unknown().refine((value): boolean => value !== undefined, 'is missing'),
  assertions: z.array(map('is not a map with a type and a value')).optional(),
  /** The accepted output. */
  snapshot: text.optional(),
});

const head = z.strictObject({
  name: text,
  description: text.optional(),
  kind: z.enum(['text', 'chat']).default('text'),
  status: z.enum(['draft', 'stable', 'live']).default('draft'),
  tags: z.array(text).default([]),
  note: text.optional(),
  contract: z.enum(['off', 'warn', 'enforce']).optional(),
  config: settings.optional(),
  /** Of Dotprompt, as `config` is. */
  input: z.strictObject({ schema: settings }).optional(),
  payloads: z.array(payload).default([]),
  template: text.optional(),
});

/** Of the names of prompt files. Whatever has it is read as one, so no folder has it. */
export const ENDING = '.prompt.md';

/** One prompt with the version that the file represents: a text with `template`, or a chat with `messages`. */
export interface PromptFile extends Omit<z.infer<typeof head>, 'template' | 'kind'> {
  readonly slug: string;
  /** Where the file lies below the root. Absent: at the root, which is no folder. */
  readonly folder?: string;
  readonly template?: string;
  readonly messages?: readonly ReadonlyMessage[];
}

const HEAD = String.raw`^---\r?\n(.*?\r?\n)?---(?:\r?\n|$)`;
const FORM = new RegExp(`${HEAD}(.*)$`, 's');
const HEAD_ALONE = new RegExp(HEAD, 's');

/** @throws CliError that says what is wrong with the file */
export function parsePromptFile(slug: string, content: string): PromptFile {
  const text = withoutConversion(content);
  const [, yaml = '', body] = FORM.exec(text) ?? [];
  if (body === undefined) throw broken('does not start with YAML between two lines of ---');
  const parsed = head.safeParse(parseHead(yaml));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw broken(`${issue?.path.join('.') || 'its YAML'}: ${issue?.message ?? 'is not valid'}`);
  }
  const { template: escaped, kind, ...file } = parsed.data;
  const below = body.replace(/\r?\n$/, '');
  if (escaped !== undefined && below !== '')
    throw broken('has one template in its header and another below it');
  const template = escaped ?? below;
  if (template === '') throw broken(`has no ${kind === 'chat' ? 'messages' : 'template'}`);
  if (kind === 'text') return { ...file, slug, template };
  const linesAbove =
    escaped === undefined ? text.slice(0, text.length - body.length).split('\n').length - 1 : 0;
  return { ...file, slug, messages: messagesIn(template, linesAbove) };
}

function messagesIn(text: string, linesAbove: number): ReadonlyMessage[] {
  try {
    return messagesFromText(text);
  } catch (error) {
    if (!(error instanceof MessageTextError)) throw error;
    throw broken(`line ${linesAbove + error.line}: ${error.reason}`);
  }
}

/** The text that `parsePromptFile` reads back as the same value, even if its line breaks are converted to CRLF. */
export function formatPromptFile({ template, messages, ...file }: PromptFile): string {
  const { name, description, status, tags, note, contract, config, input, payloads } = file;
  const body = messages === undefined ? (template ?? '') : messagesAsText(messages);
  const isEscaped = body.includes('\r');
  const yaml = headText({
    name,
    ...(description !== undefined && description !== '' && { description }),
    ...(messages !== undefined && { kind: 'chat' }),
    status,
    ...(tags.length > 0 && { tags }),
    ...(note !== undefined && note !== '' && { note }),
    ...(contract !== undefined && { contract }),
    ...(config !== undefined && { config }),
    ...(input !== undefined && { input }),
    ...(payloads.length > 0 && {
      payloads: payloads.map(({ name: own, variables, assertions, snapshot }) => ({
        ...(own !== null && { name: own }),
        variables,
        ...(assertions !== undefined && { assertions }),
        ...(snapshot !== undefined && { snapshot }),
      })),
    }),
  });
  return isEscaped ? `---\n${yaml}template: ${quotedByLine(body)}\n---\n` : `---\n${yaml}---\n${body}\n`;
}

/** The file's text before its line breaks were converted. CRLF below a head without CRLF belongs to the template. */
export function withoutConversion(content: string): string {
  const [ownHead = ''] = HEAD_ALONE.exec(content) ?? [];
  return ownHead.includes('\r\n') ? content.replaceAll('\r\n', '\n') : content;
}

function broken(what: string): CliError {
  return new CliError('usage', what);
}
