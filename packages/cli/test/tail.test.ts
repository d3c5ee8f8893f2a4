import { expect, it } from 'vitest';
import { px0, REVISION } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-tail');
const ID = '00000000-0000-4000-8000-000000000000';
const REPORTED = 'Renders made inside applications arrive about once a minute.';

it('says whose renders come later', async () => {
  const prompt = {
    ...{ id: ID, team_id: ID, slug: 'greeting', name: 'Greeting', description: '', status: 'active' },
    ...{ created_at: '2026-01-01T08:00:00Z', updated_at: '2026-01-01T08:00:00Z' },
  };
  // Without an answer about the usage, the command ends.
  network.answer(({ url }) => {
    if (url.pathname.endsWith('/usage')) return undefined;
    const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };
    return { status: 200, body: JSON.stringify({ prompt }), headers };
  });
  const env = {
    XDG_CONFIG_HOME: network.folder,
    PX0_HOST: 'http://px0.example.com',
    PX0_ACCESS_TOKEN: 'ak_1',
    PX0_TEAM: ID,
  };
  const { stderr } = await px0(['tail', 'greeting'], { env });
  expect(stderr).toContain(`Following greeting. ${REPORTED}\n`);
});

it('says so in its help', async () => {
  const { code, stdout } = await px0(['tail', '--help']);
  expect([code, stdout.replaceAll(/\s+/g, ' ').toLowerCase()]).toEqual([
    0,
    expect.stringContaining(REPORTED.toLowerCase().replace('.', '')),
  ]);
});
