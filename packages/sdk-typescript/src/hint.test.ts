import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
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

  it.each([
    [404, 'NotFoundError'],
    [422, 'InvalidRequestError'],
    [418, 'RefusedError'],
  ])('of a refusal with %d stands beside the message, which stays as px0 has sent it', (status, name) => {
    const hint = hintSentence('did-you-mean=tone_check');
    const hinted = refusal(status, 'prompt not found', { hint });
    const bare = refusal(status, 'prompt not found', { hint: hintSentence('weather=fine') });
    expect(hinted).toMatchObject({ name, message: 'prompt not found', hint: 'did you mean tone_check?' });
    expect(bare).toMatchObject({ name, message: 'prompt not found' });
    for (const error of [hinted, bare]) {
      expect(String(error)).toBe(`${name}: prompt not found`);
      expect(JSON.stringify(error)).toBe(`"${name}: prompt not found"`);
    }
    // As console.log prints them.
    expect(inspect(hinted)).toContain("hint: 'did you mean tone_check?'");
    expect(inspect(bare)).not.toContain('hint: ');
  });
});
