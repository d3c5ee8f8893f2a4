/** The files of `versions create`: the messages, the configuration and the input schema of a version. */
import { MessageTextError, messagesFromText } from '@px0/contracts/message-text';
import type { ChatMessage } from '@px0/sdk/api';
import { z } from 'zod';
import { CliError } from '../exit-codes.ts';
import { messageShape, partShape } from '../message-shape.ts';
import { parseJson } from '../prompt-files/exact-numbers.ts';
import { printable, readTextFile } from '../text-input.ts';

/** A misspelt field must not get lost. */
const message = z.strictObject({
  ...messageShape,
  parts: z.array(z.strictObject(partShape)).exactOptional(),
});

/** The messages of a text as JSON, which begins with a bracket, or in the form of a prompt file. @throws CliError that begins with `place` */
export function messagesIn(text: string, place: string): ChatMessage[] {
  const value = text.trimStart().startsWith('[') ? jsonIn(text, place) : fromText(text, place);
  const parsed = z.array(message).safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CliError(
      'usage',
      `${place}: ${['messages', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`,
    );
  }
  return parsed.data.map(({ parts, ...one }) => ({
    ...one,
    ...(parts !== undefined && {
      parts: parts.map(({ media_type: mediaType, ...own }) => ({
        ...own,
        ...(mediaType !== undefined && { mediaType }),
      })),
    }),
  }));
}

function fromText(text: string, place: string): unknown {
  // The lines that begin messages end in LF alone. Where none does, an editor or a checkout has converted the file.
  const own = /(?<!\r)\n/.test(text) ? text : text.replaceAll('\r\n', '\n');
  try {
    return messagesFromText(own.replace(/\n$/, ''));
  } catch (error) {
    if (!(error instanceof MessageTextError)) throw error;
    throw new CliError('usage', `${place} ${error.message}`, { cause: error });
  }
}

/** The JSON object in the file of an option, whose numbers keep their digits. @throws CliError */
export async function objectIn(option: string, path: string): Promise<Record<string, unknown>> {
  if (path === '') throw new CliError('usage', `the file (${option}) must not be empty`);
  const value = jsonIn(await readTextFile(path), printable(path));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object(value);
  throw new CliError('usage', `${printable(path)} is not a JSON object`);
}

function jsonIn(text: string, place: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new CliError('usage', `${place} is not valid JSON`, { cause: error });
  }
}
