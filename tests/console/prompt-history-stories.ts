/** Stories about what became of a prompt: its timeline, comparisons, usage, activity, and the code that renders it. */
import { eventually } from '@px0/testing';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleHarness, choose, type Person } from './console-harness.ts';

const LINES = 24;

/** A text of many lines, of which the second and the last but one differ from version to version. */
function text(version: number): string {
  const lines = Array.from({ length: LINES }, (_, at) => `Line ${at + 1}`);
  lines[1] = `Dear {{.name}}, this is number ${version}.`;
  lines[LINES - 2] = `Goodbye ${version}.`;
  return lines.join('\n');
}

/**
 * A prompt of nine versions: 5 is live and 1 was, 6 and 7 are stable, the others are drafts. Two payloads, and renders of seven versions by
 * an API key, each of which failed once.
 */
async function longHistory(harness: ConsoleHarness, { token, teamId, organizationId }: Person) {
  const body = { name: 'Order mail' };
  const created = await harness.shape('POST', `/v1/teams/${teamId}/prompts`, { token, body });
  const [id, slug] = [created.text('prompt', 'id'), created.text('prompt', 'slug')];
  for (let version = 1; version <= 9; version++) {
    await harness.api.call('POST', `/v1/prompts/${id}/versions`, {
      token,
      body: { template: text(version) },
    });
  }
  for (const version of [1, 1, 5, 5, 6, 7]) {
    await harness.api.call('POST', `/v1/prompts/${id}/versions/${version}/promote`, { token });
  }
  for (const name of ['First', 'Second']) {
    const payload = { name, variables: { name } };
    await harness.api.call('POST', `/v1/prompts/${id}/payloads`, { token, body: payload });
  }
  const key = await harness.shape('POST', '/v1/api-keys', {
    token,
    body: { name: 'checkout-app', org_id: organizationId, operation: 'read_render' },
  });
  const secret = key.text('key');
  for (let version = 1; version <= 7; version++) {
    const path = `/v1/prompts/${slug}/versions/${version}/render`;
    const good = { token: secret, body: { variables: { name: 'Ada' } } };
    // A render process may not have heard of the key or the prompt yet.
    await eventually(async () => (await harness.api.request('POST', path, good)).status === 200, {
      what: `a render of version ${version}`,
      timeoutMs: 60_000,
    });
    await harness.api.request('POST', path, { token: secret, body: {} });
  }
  await eventually(
    async () => {
      const usage = await harness.shape('GET', `/v1/prompts/${id}/usage/breakdown`, { token });
      const callers = usage.at('breakdown', 'callers');
      return Array.isArray(callers) && callers.length === 7;
    },
    { what: 'the usage of seven versions', timeoutMs: 60_000 },
  );
  return { id, slug };
}

const card = (page: Page, version: number) =>
  page.getByRole('article', { name: `Version ${version}`, exact: true });

export function promptHistoryStories(started: () => ConsoleHarness): void {
  describe('a prompt with a history', () => {
    let owner: Person;
    let prompt: { readonly id: string };
    beforeAll(async () => {
      owner = await started().person('ada');
      prompt = await longHistory(started(), owner);
    }, 120_000);

    it('tells what changed, what was live when, who renders what, and why renders fail', async () => {
      const harness = started();
      const { id } = prompt;
      await harness.inspect('prompt-history', `/prompts/${id}`, owner, (page) => card(page, 9).waitFor());
      const page = await harness.open(`/prompts/${id}`, { person: owner });

      // Each card shows its own change, and old drafts take up one row.
      await card(page, 9).getByText('Dear {{.name}}, this is number 9.').waitFor();
      await card(page, 9).getByText('1 variable').waitFor();
      const fold = page.getByRole('button', { name: 'Show 3 older drafts' });
      await fold.waitFor();
      expect(await card(page, 3).count()).toBe(0);
      await fold.click();
      await card(page, 3).getByText('this is number 3.').waitFor();

      // The next steps have a button each, and nothing else has one.
      expect(await page.getByRole('button', { name: 'Mark stable' }).count()).toBe(1);
      expect(await page.getByRole('button', { name: 'Make live' }).count()).toBe(2);
      await card(page, 9).getByRole('button', { name: 'Mark stable' }).waitFor();
      await card(page, 7).getByRole('button', { name: 'Make live' }).waitFor();
      await card(page, 6).getByRole('button', { name: 'Make live' }).waitFor();
      await page.getByRole('button', { name: 'Actions for version 8' }).click();
      await page.getByRole('menuitem', { name: 'Mark stable' }).waitFor();
      await page.keyboard.press('Escape');

      await choose(page, 'Show', 'Stable (3)');
      await page.waitForURL(/show=stable/);
      await card(page, 9).waitFor({ state: 'detached' });
      await card(page, 6).waitFor();
      await choose(page, 'Show', 'All 9 versions');

      // From a card to the difference, and through it.
      await card(page, 9)
        .getByRole('link', { name: /since version 8$/ })
        .click();
      await page.waitForURL(/from=8&to=9/);
      const changes = page.getByRole('status').filter({ hasText: /hange/ });
      await changes.getByText('2 changes').waitFor();
      await page.keyboard.press('j');
      await changes.getByText('Change 1 of 2').waitFor();
      await page.keyboard.press('j');
      await changes.getByText('Change 2 of 2').waitFor();
      await page
        .locator('tr[data-current]')
        .getByRole('cell', { name: /^added: Goodbye 9/ })
        .waitFor();
      await page.getByRole('button', { name: 'Previous change' }).click();
      await changes.getByText('Change 1 of 2').waitFor();
      await page.getByRole('button', { name: 'Live earlier' }).click();
      await page.getByRole('menuitem', { name: 'A week ago' }).getByText('No version was live').waitFor();
      await harness.expectAccessible(page);
      // As if all of it had happened three days ago.
      await page.route(/\/audit\?/, async (route) => {
        const response = await route.fetch();
        const before = (time: string) => new Date(Date.parse(time) - 3 * 86_400_000).toISOString();
        const { entries, ...rest } = (await response.json()) as { entries: { created_at: string }[] };
        const json = {
          ...rest,
          entries: entries.map((entry) => ({ ...entry, created_at: before(entry.created_at) })),
        };
        await route.fulfill({ response, json });
      });
      await page.reload();
      await page.getByRole('button', { name: 'Live earlier' }).click();
      await page.getByRole('menuitem', { name: 'A day ago: version 5' }).click();
      await page.waitForURL(/from=5&to=9/);
      await page.unrouteAll({ behavior: 'wait' });

      // The live version looks like no other, however many there are.
      await page.goto(`/prompts/${id}?tab=usage`);
      const legend = page.getByRole('list', { name: 'Colours' });
      await legend.getByText('Version 5, live').waitFor();
      await legend.getByText('2 other versions').waitFor();
      const colours = await page.evaluate<string[]>(
        `[...document.querySelectorAll('ul[aria-label=Colours] [aria-hidden]')]
          .map((swatch) => getComputedStyle(swatch).backgroundColor)`,
      );
      expect(new Set(colours).size, String(colours)).toBe(7);
      await page
        .getByRole('list', { name: 'Went live' })
        .getByRole('link', { name: /^Version 5/ })
        .waitFor();
      const errors = page.getByRole('table', { name: 'Why renders fail' });
      await errors.getByText('map has no entry for key "name"').first().waitFor();
      const keys = page.getByRole('table', { name: 'API keys' });
      await keys.getByText('API key “checkout-app”').first().waitFor();
      // Version 1 was rendered after version 5 had gone live.
      await keys.getByRole('row').filter({ hasText: 'Version 1' }).getByText('1 failed').waitFor();
      await page.getByRole('button', { name: '7 days' }).click();
      await page.getByRole('button', { name: 'By hour' }).click();
      await page.waitForURL(/range=7d&by=hour/);
      await legend.getByText('Version 5, live').waitFor();
      await harness.inspect('prompt-usage-breakdown', `/prompts/${id}?tab=usage&range=7d`, owner, (shown) =>
        shown.getByText('API key “checkout-app”').first().waitFor(),
      );
    }, 240_000);

    it('is searched for what somebody did, and leads to the difference', async () => {
      const harness = started();
      const { id } = prompt;
      const page = await harness.open(`/prompts/${id}?tab=activity`, { person: owner });
      await page.getByText('saved the payload “Second”').waitFor();
      await choose(page, 'Kind', 'What is live');
      await page.getByText('saved the payload “Second”').waitFor({ state: 'detached' });
      await choose(page, 'By', 'You');
      await page.waitForURL(/kind=live&who=/);
      await page.getByText('made version 5 live, replacing version 1').waitFor();
      await harness.expectAccessible(page);
      await page.getByRole('link', { name: 'Diff of version 1 and version 5' }).click();
      await page.waitForURL(/from=1&to=5/);
      await page.getByRole('region', { name: 'Diff of Version 1 and Version 5, live' }).waitFor();
    }, 120_000);

    it('gives code that finds the right one of two prompts, and a key to run it with', async () => {
      const harness = started();
      const { token, organizationId, teamId } = owner;
      const { id } = prompt;
      const page = await harness.open(`/prompts/${id}?tab=use`, { person: owner });
      const code = page.getByRole('region', { name: 'curl code' });
      // The payload that was saved first.
      await code.getByText('{"name": "First"}').waitFor();
      expect(await code.textContent()).not.toContain('team_id');
      await choose(page, 'Variables of', 'Second');
      await code.getByText('{"name": "Second"}').waitFor();
      await page.getByRole('button', { name: 'CLI', exact: true }).click();
      await page.getByText('px0 render order_mail --var name=Second').waitFor();

      const body = { name: 'Sales' };
      const made = await harness.shape('POST', `/v1/orgs/${organizationId}/teams`, { token, body });
      const team = made.text('team', 'id');
      await harness.api.call('POST', `/v1/teams/${team}/prompts`, { token, body: { name: 'Order mail' } });
      await page.reload();
      await page.getByText('“Sales” has a prompt with the same slug.').waitFor();
      await page.getByText(`px0 render order_mail --team ${teamId} \\`).waitFor();
      await harness.expectAccessible(page);
      await page.getByRole('checkbox', { name: /^Name the team/ }).click();
      await page.getByText('px0 render order_mail --var name=First').waitFor();

      await page.getByRole('button', { name: 'Create a key' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('mailer');
      await dialog.getByRole('button', { name: 'Create key' }).click();
      await page.getByRole('dialog', { name: 'Your key for mailer' }).getByText(/^ak_/).waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
      await page.getByText('Created the key “mailer”.').waitFor();
      await page.getByText('px0 render order_mail --var name=First').waitFor();
    }, 120_000);
  });
}
