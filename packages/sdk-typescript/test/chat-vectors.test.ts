/** The conversations of `packages/template/test/vectors`, by the way that a chat takes here when px0 is away. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MissingKey } from '@px0/template';
import { describe, expect, it } from 'vitest';
import type { ContentOptions } from '../src/content.ts';
import type { JsonObject } from '../src/json.ts';
import { type Kept, KeptPrograms } from '../src/kept-programs.ts';
import { programIn } from '../src/program.ts';

interface Vector {
  readonly id: string;
  readonly program: JsonObject;
  readonly variables: JsonObject;
  readonly missing_key?: MissingKey;
  /** Of `chats.json`; absent for an error. */
  readonly messages?: unknown;
  /** Of `programs.json`. */
  readonly transcript?: { readonly output?: string };
}

function vectorsOf(name: string): readonly Vector[] {
  const path = join(import.meta.dirname, '../../template/test/vectors', `${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

const programs = new KeptPrograms({ maxEntries: 1, maxBytes: 1 });

function rendered({ program: given, variables, missing_key }: Vector, options: Partial<ContentOptions>) {
  const program = programIn({ ...given, config: '{"model":"m1"}' });
  if (program === undefined) throw new Error('it is not kept');
  const kept: Kept = {
    ...{ teamId: null, slug: 'a', ref: null, version: 1, tags: [], revision: null, promptId: null },
    ...{ confirmedAt: 0, fetchedAt: 0, origin: 'cache', mayBeFresh: false },
    program,
    contract: undefined,
  };
  return programs.render(
    kept,
    variables,
    { missingKey: missing_key ?? 'error', transcript: false, contract: undefined, ...options },
    kept.contract,
  );
}

describe('a chat that is rendered here', () => {
  it('has the messages of chats.json, and is passed over where px0 refuses', () => {
    const vectors = vectorsOf('chats');
    const wrong = vectors.flatMap((vector) => {
      const actual = rendered(vector, {});
      const isRight = JSON.stringify(actual?.messages) === JSON.stringify(vector.messages);
      return isRight ? [] : [{ id: vector.id, expected: vector.messages, actual }];
    });
    expect(wrong).toEqual([]);
    expect(vectors.length).toBeGreaterThan(400);
  });

  it('has the transcript of programs.json if it is asked for', () => {
    const vectors = vectorsOf('programs').filter(({ transcript }) => transcript?.output !== undefined);
    const wrong = vectors.flatMap((vector) => {
      const actual = rendered(vector, { transcript: true });
      // A variable that is no list of messages has a transcript, but makes no chat.
      const isRight = actual === undefined || actual.text === vector.transcript?.output;
      return isRight ? [] : [{ id: vector.id, expected: vector.transcript, actual }];
    });
    expect(wrong).toEqual([]);
    expect(vectors.filter((vector) => rendered(vector, {}) !== undefined).length).toBeGreaterThan(200);
  });
});
