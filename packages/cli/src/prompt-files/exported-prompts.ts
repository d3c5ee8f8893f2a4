/** The prompts of a team as px0 exports them, some at a time. */
import type { PromptsApi } from '@px0/sdk/api';
import { withHint } from '../with-hint.ts';
import { halvesOf, isOfDocument } from './carry-out.ts';
import { parseJson } from './exact-numbers.ts';

/** The limits of the slugs in one export, which are part of the URL: servers accept about 8 KiB. */
const SLUGS_AT_ONCE = 20;
const MOST_IN_ADDRESS = 6_000;

/** A document with some of the prompts, or why px0 exports none of a prompt. */
type Exported = { readonly document: unknown } | { readonly slug: string; readonly refusal: string };

/** In the order of the slugs. */
export async function* exportedPrompts(
  api: PromptsApi,
  teamID: string,
  slugs: readonly string[],
): AsyncGenerator<Exported> {
  const waiting = partsOf(slugs);
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    try {
      const answer = await api.exportPromptsRaw({ teamID, slugs: part.join(',') });
      const copy = answer.raw.clone();
      // Validates the response, but its numbers lose digits.
      await answer.value();
      yield { document: documentIn(await copy.text()) };
    } catch (error) {
      if (!isOfDocument(error)) throw error;
      // Several prompts may have too many versions for one document.
      if (part.length > 1) waiting.unshift(...halvesOf(part));
      else yield { slug: part.join(), refusal: withHint(error.message, error) };
    }
  }
}

/** Splits the slugs into groups for one export each. */
function partsOf(slugs: readonly string[]): string[][] {
  const parts: string[][] = [];
  let length = 0;
  for (const slug of slugs) {
    const own = encodeURIComponent(slug).length;
    const last = parts.at(-1);
    if (last !== undefined && last.length < SLUGS_AT_ONCE && length + own <= MOST_IN_ADDRESS) {
      last.push(slug);
      length += own;
    } else {
      parts.push([slug]);
      length = own;
    }
  }
  return parts;
}

function documentIn(answer: string): unknown {
  const body: unknown = parseJson(answer);
  return typeof body === 'object' && body !== null && 'document' in body ? body.document : undefined;
}
