/**
 * By what two versions count as the same: by what they hold, whatever their notes. A plain text goes by its own digest, anything else by that of the
 * JSON of `{template|messages, config, input_schema}` as it is stored. The order of keys counts, since that of a response schema matters to models.
 */
import { createHash } from 'node:crypto';
import type { CheckedContent } from '../versions/thread.ts';

/** The mark of a digest that is not that of a text, so that no text is taken for a conversation. */
export const NOT_A_TEXT = 'content ';

/** What a placeholder is unless it says otherwise. Inside of a text, quotes have backslashes. */
export const BY_DEFAULT = ',"required":false}';

/** As `store.ts` has the database make it. */
export function contentDigest({ template, messages, config, authoredSchema }: CheckedContent): string {
  if (messages === null && config === null && authoredSchema === null) return sha256(template);
  const text =
    messages === null
      ? `"template":${JSON.stringify(template)}`
      : `"messages":${JSON.stringify(messages).replaceAll(BY_DEFAULT, '}')}`;
  const more = [
    config === null ? '' : `,"config":${config}`,
    authoredSchema === null ? '' : `,"input_schema":${authoredSchema}`,
  ];
  return NOT_A_TEXT + sha256(`{${text}${more.join('')}}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
