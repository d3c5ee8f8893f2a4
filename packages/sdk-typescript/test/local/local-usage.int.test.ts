import { eventually } from '@px0/testing';
import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../src/mod.ts';
import { fed } from './fed.ts';

describe('usage', () => {
  it('has a row for each version and source, with what failed and the names of variables', async () => {
    const { client, px0 } = await fed({ serviceName: 'checkout' });
    await client.render('greeting', { name: 'Ada' });
    await client.render('greeting', { name: 'Ada', mood: 'never sent' });
    await expect(client.render('greeting', { nmae: 'Ada' })).rejects.toThrow('template execution failed');
    await expect(client.render('nothing')).rejects.toThrow(NotFoundError);
    px0.prompts = { greeting: { version: 7, template: 'Old {{.name}}' } };
    await eventually(async () => {
      const { source } = await client.render('greeting', { name: 'Ada' }, { version: 7 });
      return source === 'fetched';
    });
    await client.close();
    const sent = px0.seen.filter(({ path }) => path === '/v1/delivery/usage');
    expect(sent).toHaveLength(1);
    const [report] = JSON.parse(sent[0]?.body ?? '').reports;
    expect(report).toMatchObject({
      service: { name: 'checkout' },
      rows: [
        {
          prompt_id: 'p1',
          slug: 'greeting',
          version: 1,
          source: 'stream',
          renders: 2,
          failures: 1,
          variables: ['mood', 'name', 'nmae'],
        },
        { prompt_id: 'p1', version: 7, source: 'fetched', renders: 1, failures: 0, variables: ['name'] },
      ],
    });
    const counted = report.rows[0].latencies.reduce((sum: number, count: number) => sum + count, 0);
    expect(counted).toBe(3);
    expect(sent[0]?.body).not.toContain('never sent');
  });
});
