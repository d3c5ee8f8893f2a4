import { expect, it } from 'vitest';
import { px0, REVISION } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-prompt-list');
const ID = '00000000-0000-4000-8000-000000000000';
const TIME = '2026-01-01T08:00:00Z';

async function lastChangeAfter(action: string, version: number | null, note: string): Promise<string> {
  const prompt = {
    ...{ id: ID, team_id: ID, slug: 'greeting', name: 'Greeting', description: '', status: 'active' },
    ...{ created_at: TIME, updated_at: TIME, folder: 'mail', contract: 'off' },
    summary: {
      ...{ live_version: 3, live_tags: [], versions: 3, kind: 'text' },
      ...{ tags: [], draft_version: null, usage: null },
      last_change: { action, version, actor: { kind: 'user', id: ID }, note, created_at: TIME },
    },
  };
  network.answer(() => ({
    status: 200,
    body: JSON.stringify({ prompts: [prompt], next_cursor: null }),
    headers: { 'content-type': 'application/json', 'px0-revision': REVISION },
  }));
  const env = {
    XDG_CONFIG_HOME: network.folder,
    PX0_HOST: 'http://px0.example.com',
    PX0_ACCESS_TOKEN: 'ak_1',
    PX0_TEAM: ID,
  };
  const { code, stdout, stderr } = await px0(['prompts', 'list'], { env });
  expect([code, stderr]).toEqual([0, '']);
  return /2026-01-01 08:00 (.*)$/m.exec(stdout)?.[1] ?? stdout;
}

it('says what the last change was, with its version and reason', async () => {
  expect(await lastChangeAfter('version.promoted', 3, 'for Ada')).toBe('promoted v3: for Ada');
});

it('says of a prompt in another folder, or with another contract, that it was changed', async () => {
  expect(await lastChangeAfter('prompt.patched', null, '')).toBe('folder or contract changed');
});
