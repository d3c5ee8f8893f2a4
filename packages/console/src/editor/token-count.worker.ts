/**
 * Counts tokens off the page's thread, and answers in the order of the questions. Each model has a vocabulary of a megabyte or more, so there is only
 * one, `o200k_base`, and only an editor that first shows a count loads it. For other models the number is off by a few percent; the page calls it
 * approximate. Callers pass at most the first 200,000 characters.
 */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

addEventListener('message', ({ data }: MessageEvent<{ readonly id: number; readonly text: string }>) => {
  // A prompt may contain the text of a special token, which counts as plain text.
  postMessage({ id: data.id, tokens: countTokens(data.text, { disallowedSpecial: new Set() }) });
});
