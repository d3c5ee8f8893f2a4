/** The file that every client's look-up is held to: what it says is what this service finds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalog } from '@px0/contracts';
import { expect, it } from 'vitest';
import { VersionBodies } from '../bodies/mod.ts';
import { PromptDirectory } from '../prompts/mod.ts';
import { Refusal } from './refusal.ts';
import { locate, ToFetch } from './render-prompt.ts';

interface Selection {
  readonly prompts: readonly {
    readonly team_id: string;
    readonly prompt: {
      readonly id: string;
      readonly slug: string;
      readonly status: 'active' | 'archived';
      readonly created_at: string;
      readonly live: number | null;
      readonly tags: Readonly<Record<string, number>>;
      readonly versions: readonly {
        readonly version: number;
        readonly status: 'stable' | 'live';
        readonly template: string;
      }[];
    };
  }[];
  readonly slug: string;
  readonly team_id: string | null;
  readonly ref: string | null;
  readonly expect: object;
}

const file = join(import.meta.dirname, '../../../../packages/delivery/test/vectors/selection.json');
const selections: readonly Selection[] = JSON.parse(readFileSync(file, 'utf8'));

function found({ prompts, slug, team_id, ref }: Selection): object {
  const directory = new PromptDirectory(() => {});
  for (const [index, { team_id: team, prompt }] of prompts.entries()) {
    const { id, live, versions, ...rest } = prompt;
    const template = versions.find(({ version }) => version === live)?.template ?? '';
    directory.apply({
      name: 'prompt',
      id,
      subject: `px0.state.registry.prompt.${id}`,
      revision: index + 1,
      time: prompt.created_at,
      deleted: false,
      state: {
        ...rest,
        team_id: team,
        name: slug,
        updated_at: prompt.created_at,
        live: live === null ? null : { number: live, template },
        versions: versions.map(({ version, status }) => [version, status, 1] as const),
      },
    });
  }
  const bodies = new VersionBodies({
    source: { fetch: () => Promise.reject(new Error('nothing is fetched here')) },
    maxBytes: 1_000,
    maxFetches: 1,
    promptById: () => undefined,
  });
  const teamIds = team_id === null ? new Set(prompts.map((one) => one.team_id)) : [team_id];
  const located = locate(directory, bodies, { slug, teamIds, version: ref ?? undefined, limits: undefined });
  if (located instanceof Refusal) return { error: errorCatalog[located.code].message };
  if (located instanceof ToFetch) return { prompt_id: located.prompt.id, version: located.row[0] };
  return { prompt_id: located.prompt.id, version: located.number };
}

it('finds what the shared selections say', () => {
  const wrong = selections.filter((one) => JSON.stringify(found(one)) !== JSON.stringify(one.expect));
  expect(wrong).toEqual([]);
  expect(selections.length).toBeGreaterThan(200);
});
