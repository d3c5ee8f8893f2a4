/** One version as text, for `versions get`. */
import { messagesAsText } from '@px0/contracts/message-text';
import type { Prompt, PromptVersion } from '@px0/sdk/api';
import { z } from 'zod';
import { CliError } from '../exit-codes.ts';
import { sentMessage } from '../message-shape.ts';
import { formatPromptFile } from './prompt-file.ts';

/** Taken from the response itself: the generated types rename keys, and numbers of a configuration lose digits. */
const authored = z.object({
  version: z.object({
    messages: z.array(sentMessage).optional(),
    config: z.custom<Readonly<Record<string, unknown>>>().optional(),
    authored_schema: z.custom<Readonly<Record<string, unknown>>>().optional(),
  }),
});

/** @throws CliError for a response in an unknown format */
function authoredIn(wire: unknown): z.infer<typeof authored>['version'] {
  const parsed = authored.safeParse(wire);
  if (parsed.success) return parsed.data.version;
  throw new CliError(
    'internal',
    'the version has a format that this version of the px0 command does not know',
  );
}

/** The messages of a chat, as `versions create --messages` reads them. `wire` is the response that contains the version. */
export function messagesOfVersion(wire: unknown): string {
  return `${messagesAsText(authoredIn(wire).messages ?? [])}\n`;
}

/**
 * The version as a prompt file. The payloads belong to the prompt and are left out; an archived version is a draft, which a push would make of it.
 * `wire` is the response that contains the version.
 */
export function fileOfVersion(
  { slug, name, description }: Prompt,
  { status, tags, note = '', template }: PromptVersion,
  wire: unknown,
): string {
  const { messages, config, authored_schema: schema } = authoredIn(wire);
  return formatPromptFile({
    slug,
    name,
    description,
    status: status === 'archived' ? 'draft' : status,
    tags: tags.toSorted(),
    ...(note !== '' && { note }),
    ...(config !== undefined && { config }),
    ...(schema !== undefined && { input: { schema } }),
    payloads: [],
    ...(messages === undefined ? { template } : { messages }),
  });
}
