/** Counts tokens off the page's thread: the vocabulary is large, and texts may be, too. Answers in the order of the questions. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

addEventListener('message', ({ data }: MessageEvent<{ readonly id: number; readonly text: string }>) => {
  // A prompt may well contain the text of a special token; here it is text.
  postMessage({ id: data.id, tokens: countTokens(data.text, { disallowedSpecial: new Set() }) });
});
