/** A state file with many prompts, as an SDK would have written it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Digest, type PutFrame, Replica, stateFileLines } from '@px0/delivery';
import { promptText } from './scene.ts';

/** Nothing listens there. */
export const NOWHERE = 'http://127.0.0.1:9';

export async function writeStateFile(path: string, prompts: number): Promise<void> {
  const team_id = randomUUID();
  const revision = Buffer.from('1:1780000000000:1').toString('base64url');
  const replica = new Replica();
  const digest = new Digest();
  replica.apply({ type: 'begin', team_id, base: null });
  for (let number = 0; number < prompts; number += 1) {
    const etag = randomBytes(8).toString('hex');
    const version = { version: 1, status: 'live', template: promptText(number), language: 1 };
    const prompt: PutFrame['prompt'] = {
      id: randomUUID(),
      slug: `p${number}`,
      status: 'active',
      created_at: '2026-11-01T00:00:00.000Z',
      live: 1,
      tags: {},
      versions: [version],
      etag,
    };
    digest.add(etag);
    replica.apply({ type: 'put', team_id, revision, prompt });
  }
  const { text, count } = digest;
  replica.apply({ type: 'sync', revision, digest: text, count, teams: [{ team_id, revision }] });
  const lines = stateFileLines(replica, { host: NOWHERE, slugs: undefined, savedAt: Date.now() });
  await pipeline(Readable.from(lines), createWriteStream(path));
}
