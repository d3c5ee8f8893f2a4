/** Clients that hold what a test feeds them, and a px0 for what they do not hold. */
import { type DeliveredPrompt, Digest, type Frame } from '@px0/delivery';
import { PlayedClock } from '@px0/delivery/scenarios';
import { afterEach } from 'vitest';
import { Client } from '../../src/client.ts';
import type { Px0Options } from '../../src/mod.ts';
import { settingsOf } from '../../src/options.ts';
import { localParts } from '../../src/parts.ts';
import { PlayedPx0, token } from '../played-px0.ts';

export const A = 'aaaaaaaa-0000-4000-8000-000000000000';

export function prompt(
  live: number,
  template: string,
  changes: Partial<DeliveredPrompt> = {},
): DeliveredPrompt {
  const versions = [{ version: live, status: 'live', template, language: 1 }];
  const etag = `000000000000${String(live).padStart(4, '0')}`;
  const created_at = '2026-01-01T00:00:00Z';
  return {
    id: 'p1',
    slug: 'greeting',
    status: 'active',
    created_at,
    live,
    tags: {},
    versions,
    etag,
    ...changes,
  };
}

export function transfer(sequence: number, ...prompts: readonly DeliveredPrompt[]): readonly Frame[] {
  const digest = new Digest();
  for (const { etag } of prompts) digest.add(etag);
  const revision = token('1', sequence);
  return [
    { type: 'begin', team_id: A, base: null },
    ...prompts.map((one): Frame => ({ type: 'put', team_id: A, revision, prompt: one })),
    { type: 'sync', revision, digest: digest.text, count: digest.count, teams: [{ team_id: A, revision }] },
  ];
}

export const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

class FedClient extends Client {}

/** A client that the test feeds with frames, and a px0 for what it does not hold. */
export async function fed(options: Px0Options = {}, frames = transfer(10, prompt(1, 'Hello {{.name}}'))) {
  const px0 = await PlayedPx0.start();
  const settings = settingsOf({
    mode: 'stream',
    host: px0.host,
    accessToken: 'ak_secret',
    retries: 0,
    ...options,
  });
  const clock = new PlayedClock();
  const parts = localParts(settings, { clock, transport: () => new Promise(() => {}) });
  const client = new FedClient(parts);
  parts.local.feed(frames);
  cleanups.push(() => client.close().then(() => px0.close()));
  return { client, px0, clock, local: parts.local };
}
