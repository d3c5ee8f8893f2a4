import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusal } from './errors.ts';
import { hintSentence } from './hint.ts';

const path = join(import.meta.dirname, '../../template/test/vectors/hints.json');
const vectors: readonly { id: string; header: string | null; sentence: string | null }[] = JSON.parse(
  readFileSync(path, 'utf8'),
);

describe('a hint', () => {
  it('becomes the sentence of hints.json', () => {
    expect(vectors.map(({ id, header }) => [id, hintSentence(header)])).toEqual(
      vectors.map(({ id, sentence }) => [id, sentence]),
    );
  });

  it('stands behind the text of a refusal, which stays as px0 has sent it', () => {
    const hint = hintSentence('did-you-mean=tone_check');
    expect(refusal(404, 'prompt not found', { hint })).toMatchObject({
      name: 'NotFoundError',
      message: 'prompt not found (did you mean tone_check?)',
      text: 'prompt not found',
      hint: 'did you mean tone_check?',
    });
    expect(refusal(422, 'no', { hint }).message).toBe('no (did you mean tone_check?)');
    expect(refusal(404, 'prompt not found')).toMatchObject({ message: 'prompt not found', hint: null });
  });
});
