/** One version as a prompt file, for `versions get`. The payloads belong to the prompt and are left out. */
import type { Prompt, PromptVersion } from '@px0/sdk/api';
import { z } from 'zod';
import { formatPromptFile } from './prompt-file.ts';

/** Taken from the response itself: the numbers of a configuration keep their digits there. */
const configured = z.object({
  version: z.object({ config: z.custom<Readonly<Record<string, unknown>>>().optional() }),
});

/** `wire` is the response that contains the version. An archived version is a draft, which a push would make of it. */
export function fileOfVersion(
  { slug, name, description }: Prompt,
  { status, tags, note = '', messages, template }: PromptVersion,
  wire: unknown,
): string {
  const { config } = configured.parse(wire).version;
  return formatPromptFile({
    slug,
    name,
    description,
    status: status === 'archived' ? 'draft' : status,
    tags: tags.toSorted(),
    ...(note !== '' && { note }),
    ...(config !== undefined && { config }),
    payloads: [],
    ...(messages === undefined ? { template } : { messages }),
  });
}
