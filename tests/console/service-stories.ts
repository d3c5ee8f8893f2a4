/** Stories about the services that render prompts: who uses which version, and who would be hit by a change. */
import { randomUUID } from 'node:crypto';
import { eventually } from '@px0/testing';
import type { Page } from 'playwright-core';
import { describe, it } from 'vitest';
import type { ConsoleHarness, Person } from './console-harness.ts';

interface Rendered {
  readonly service: string;
  /** Null: a fallback. */
  readonly version: number | null;
  readonly variables: readonly string[];
}

/** Reports what services rendered in their own processes, as SDKs do, the later ones earlier. */
async function report(
  harness: ConsoleHarness,
  { token }: Person,
  prompt: { readonly id: string; readonly slug: string },
  rendered: readonly Rendered[],
): Promise<void> {
  const now = Date.now();
  const reports = rendered.map(({ service, version, variables }, at) => ({
    process: randomUUID(),
    window: 1,
    started_at: new Date(now - 60_000 - at * 1_000).toISOString(),
    ended_at: new Date(now - at * 1_000).toISOString(),
    service: { name: service, version: '1.4.2' },
    sdk: 'px0-python/0.3.0',
    rows: [
      {
        prompt_id: prompt.id,
        slug: prompt.slug,
        version,
        source: version === null ? 'fallback' : 'stream',
        renders: 1_200,
        failures: 3,
        variables,
      },
    ],
  }));
  // A render process that has not heard of the prompt yet drops its rows.
  await eventually(
    async () => {
      const answer = await harness.api.request('POST', '/v1/delivery/usage', { token, body: { reports } });
      return answer.status === 204 && answer.headers.get('px0-dropped') === null;
    },
    { what: 'reports that count', timeoutMs: 60_000 },
  );
}

const question = (page: Page) => page.getByRole('alertdialog');

export function serviceStories(started: () => ConsoleHarness): void {
  describe('services that render a prompt', () => {
    it('are named where somebody decides: by version, by team, and before a change that hits them', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const { token, teamId } = owner;
      const created = await harness.shape('POST', `/v1/teams/${teamId}/prompts`, {
        token,
        body: { name: 'Support reply' },
      });
      const prompt = { id: created.text('prompt', 'id'), slug: created.text('prompt', 'slug') };
      const api = `/v1/prompts/${prompt.id}`;
      for (const template of ['{{.name}}', 'Dear {{.name}}', '{{.name}}, {{.mood}}']) {
        await harness.api.call('POST', `${api}/versions`, { token, body: { template } });
      }
      await harness.api.call('PATCH', api, { token, body: { contract: 'enforce' } });
      for (const version of [1, 1, 2, 2, 3]) {
        await harness.api.call('POST', `${api}/versions/${version}/promote`, { token });
      }
      await report(harness, owner, prompt, [
        { service: 'checkout', version: 1, variables: ['name'] },
        { service: 'mailer', version: 2, variables: ['name'] },
        { service: 'search', version: 2, variables: ['name', 'mood'] },
        { service: 'invoices', version: null, variables: [] },
      ]);
      await eventually(
        async () =>
          (await harness.shape('GET', `${api}/services`, { token })).each('services', 'service').length === 4,
        { what: 'four services', timeoutMs: 60_000 },
      );

      await harness.inspect('usage', '/usage', owner, async (page) => {
        const rendered = page.getByRole('table', { name: 'Most rendered prompts' });
        await rendered.getByRole('row').filter({ hasText: 'Support reply' }).getByText('3,600').waitFor();
        const failing = page.getByRole('table', { name: 'Failing prompts' });
        await failing.getByRole('row').filter({ hasText: 'Support reply' }).getByText('0.2%').waitFor();
        await page.getByText('Every active prompt was rendered').waitFor();
      });
      // Of several teams, and of one of them that has no renders yet.
      const other = await harness.shape('POST', `/v1/orgs/${owner.organizationId}/teams`, {
        token,
        body: { name: 'Search' },
      });
      const otherTeam = other.text('team', 'id');
      await harness.api.call('POST', `/v1/teams/${otherTeam}/prompts`, { token, body: { name: 'Ranking' } });
      await harness.inspect('usage-of-teams', '/usage?days=90', owner, async (page) => {
        await page.getByRole('combobox', { name: 'Team' }).getByText('All your teams').waitFor();
        const idle = page.getByRole('table', { name: 'Prompts not rendered in 90 days' });
        await idle.getByRole('row').filter({ hasText: 'Ranking' }).getByText('Search').waitFor();
      });
      await harness.inspect('usage-of-team', `/usage?team=${otherTeam}`, owner, async (page) => {
        await page.getByText('No renders in this period').waitFor();
        await page.getByText('No render failed in this period').waitFor();
      });
      await harness.inspect('list-renders', '/prompts', owner, (page) =>
        page.getByText('3.6K renders, 9 failed').first().waitFor(),
      );
      await harness.inspect('team-services', `/teams/${teamId}`, owner, async (page) => {
        await page.getByRole('tab', { name: 'Services' }).click();
        await page.getByRole('row').filter({ hasText: 'invoices' }).getByText('from fallbacks').waitFor();
      });
      await harness.inspect('prompt-services', `/prompts/${prompt.id}?tab=usage`, owner, async (page) => {
        // As if version 2 had been live for longer than reports take.
        await page.route(/\/versions$/, async (route) => {
          const response = await route.fetch();
          const { versions } = (await response.json()) as { versions: object[] };
          const since = { published_at: new Date(Date.now() - 3_600_000).toISOString() };
          await route.fulfill({
            response,
            json: { versions: versions.map((one) => ({ ...one, ...since })) },
          });
        });
        await page.reload();
        const row = (service: string) => page.getByRole('row').filter({ hasText: service });
        await row('checkout').getByText('Older than live').waitFor();
        await row('invoices').getByText('On a fallback').waitFor();
        await row('mailer').getByText('Version 2').waitFor();
        await page.getByRole('heading', { name: 'Used by' }).scrollIntoViewIfNeeded();
        await page.unrouteAll({ behavior: 'wait' });
      });
      const path = `/prompts/${prompt.id}`;
      await harness.inspect('promotion-services', path, owner, async (page) => {
        if (!(await question(page).isVisible())) {
          const card = page.getByRole('article', { name: 'Version 3' });
          await card.getByRole('button', { name: 'Make live' }).click();
        }
        await question(page).getByText('checkout and mailer do not send mood.').waitFor();
      });

      const page = await harness.open(path, { person: owner });
      const asked = async (version: number, step: string, services: string): Promise<void> => {
        await page.getByRole('button', { name: `Actions for version ${version}` }).click();
        await page.getByRole('menuitem', { name: step }).click();
        const text = `rendered version ${version} in the last 7 days: ${services}.`;
        await question(page).getByText(text).waitFor();
        await question(page).getByRole('button', { name: 'Cancel' }).click();
      };
      await asked(1, 'Archive version', 'checkout');
      await asked(2, 'Archive version', 'mailer, search');
      await asked(2, 'Demote to stable', 'mailer, search');
    }, 300_000);
  });
}
