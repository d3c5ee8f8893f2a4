/** What `render` prints. */
import { describe, expect, it } from 'vitest';
import { px0, REVISION } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-render');

const env = () => ({
  XDG_CONFIG_HOME: network.folder,
  PX0_HOST: 'http://px0.example.com',
  PX0_ACCESS_TOKEN: 'ak_1',
});

describe('a render as JSON', () => {
  it('is the answer of px0, with every digit of its configuration', async () => {
    const config = { model: 'm', seed: JSON.rawJSON('12345678901234567890'), temperature: 0.2 };
    const messages = [{ role: 'user', content: 'Hi' }];
    const answer = { rendered: 'user:\nHi\n\n', messages, version: 3, slug: 'tutor', tags: [], config };
    network.answer(() => ({
      status: 200,
      body: JSON.stringify(answer),
      headers: { 'content-type': 'application/json', 'px0-revision': REVISION },
    }));
    const { code, stdout, stderr } = await px0(['render', 'tutor', '--json'], { env: env() });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${JSON.stringify(answer, null, 2)}\n`);
    expect(network.sent).toHaveLength(1);
  });
});
