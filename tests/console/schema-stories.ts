/** Stories about what the variables of a version must be: inferred, tightened from payloads, and edited. */
import { eventually } from '@px0/testing';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, choose, type Person, toastSays } from './console-harness.ts';

const saved = (page: Page) => page.getByRole('status').getByText('Saved', { exact: true }).waitFor();
const row = (page: Page, path: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader').getByText(path, { exact: true }) });
const dialog = (page: Page) => page.getByRole('dialog');

async function showSchema(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Input schema', exact: true }).click();
  await page.getByRole('table', { name: 'Variables of this version' }).waitFor();
}

/** The dialog of a row is looked at by the first story, too. */
const isLong = process.env['PX0_LONG_TESTS'] === '1';

const template =
  'Answer {{.question}} in a {{.tone | default "calm"}} tone.{{range .items}}{{.title}}{{end}}{{if .vip}}{{end}}';

const payloads = {
  Ada: { question: 'Why?', tone: 'calm', items: [{ title: 'A' }], vip: true },
  Grace: { question: 'How?', items: [], vip: false },
};

async function draft(harness: ConsoleHarness, { token, teamId }: Person): Promise<string> {
  const body = { name: 'Support', description: '' };
  const prompt = await harness.shape('POST', `/v1/teams/${teamId}/prompts`, { token, body });
  const id = prompt.text('prompt', 'id');
  await harness.api.call('POST', `/v1/prompts/${id}/versions`, { token, body: { template } });
  for (const [name, variables] of Object.entries(payloads))
    await harness.api.call('POST', `/v1/prompts/${id}/payloads`, { token, body: { name, variables } });
  return id;
}

export function schemaStories(started: () => ConsoleHarness): void {
  describe('an input schema', () => {
    it('is tightened from payloads, and edited as a table and as JSON', async () => {
      const harness = started();
      const owner = await harness.person('schema');
      const id = await draft(harness, owner);
      const authored = async (): Promise<unknown> => {
        const { token } = owner;
        const kept = await harness.shape('GET', `/v1/prompts/${id}/versions/1`, { token });
        return kept.at('version', 'authored_schema');
      };
      const page = await harness.open(`/prompts/${id}/versions/1`, { person: owner });
      await showSchema(page);
      await row(page, 'items[].title').getByText('By the template').waitFor();
      await row(page, 'items').getByText('array | object | null').waitFor();

      await page.getByRole('button', { name: 'Tighten from payloads' }).click();
      await dialog(page).getByText('What all 2 saved payloads satisfy').waitFor();
      const proposals = await dialog(page).getByRole('checkbox').all();
      expect(proposals).toHaveLength(5);
      await dialog(page).getByLabel('tone must be of type string').click();
      await dialog(page).getByRole('button', { name: 'Take 4 changes' }).click();
      await toastSays(page, 'Tightened the input schema');
      await saved(page);
      const string = { type: 'string' };
      const tightened = {
        question: string,
        items: { type: 'array', items: { properties: { title: string } } },
        vip: { type: 'boolean' },
      };
      await eventually(async () => ((await authored()) === undefined ? undefined : true), { what: 'a save' });
      expect(await authored()).toEqual({ properties: tightened });

      // A row, by keyboard.
      await page.getByRole('button', { name: 'Edit tone' }).press('Enter');
      await dialog(page).getByLabel('Description').fill('How the answer sounds.');
      await dialog(page).getByLabel('Allowed values').fill('calm\nformal');
      await dialog(page).getByLabel('Allowed values').press('Tab');
      await harness.expectAccessible(page);
      await dialog(page).getByRole('button', { name: 'Apply' }).press('Enter');
      await dialog(page).waitFor({ state: 'detached' });
      await row(page, 'tone').getByText('One of "calm", "formal"').waitFor();
      await page.getByRole('checkbox', { name: 'Require tone' }).press('Space');
      await saved(page);
      const tone = { description: 'How the answer sounds.', enum: ['calm', 'formal'] };
      await expect
        .poll(authored, { timeout: 30_000 })
        .toEqual({ properties: { ...tightened, tone }, required: ['tone'] });
      await page.getByRole('button', { name: 'Edit items', exact: true }).click();
      await choose(page, 'Type', 'Several types');
      await dialog(page).getByLabel('null').click();
      await dialog(page).getByRole('button', { name: 'Apply' }).click();
      await row(page, 'items').getByText('array | null').waitFor();

      // The table follows what is typed, and what is refused is shown at its place.
      await page.getByRole('button', { name: 'JSON', exact: true }).first().click();
      await page.getByRole('textbox', { name: 'Input schema as JSON' }).click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText(
        '{"properties":{"items":{"items":{"properties":{"title":{"pattern":"a"}}}}}}',
      );
      await page.getByText('items[].title: pattern is not supported').waitFor();
      await page.getByRole('status').getByText('Not saved').waitFor();
      await page.getByRole('button', { name: 'Table', exact: true }).click();
      await row(page, 'items[].title').getByText('pattern is not supported').waitFor();
      await harness.expectAccessible(page);
      await page.getByRole('button', { name: 'Prompt', exact: true }).click();
      const editor = page.getByRole('textbox', { name: 'Template of version 1' });
      await editor.click();
      await page.keyboard.press('ControlOrMeta+End');
      await page.keyboard.insertText('{{upper .mood}}');
      await page
        .getByRole('button', { name: 'Input schema: items[].title: pattern is not supported' })
        .click();
      await row(page, 'mood').getByText('string').waitFor();
      await page.getByRole('button', { name: 'JSON', exact: true }).first().click();
      await page.getByRole('textbox', { name: 'Input schema as JSON' }).click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText('{"properties":{"mood":{"maxLength":9}}}');
      await saved(page);
      await expect.poll(authored, { timeout: 30_000 }).toEqual({ properties: { mood: { maxLength: 9 } } });

      // What is no draft is read only.
      const { token } = owner;
      await harness.api.call('POST', `/v1/prompts/${id}/versions/1/promote`, { token });
      await page.reload();
      await showSchema(page);
      await row(page, 'mood').getByText('At most 9 characters').waitFor();
      expect(await page.getByRole('button', { name: 'Edit mood' }).count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Tighten from payloads' }).count()).toBe(0);
    }, 300_000);

    it('looks right', async () => {
      const harness = started();
      const owner = await harness.person('schema-looks');
      const id = await draft(harness, owner);
      const { token } = owner;
      const input_schema = {
        properties: {
          question: { type: 'string', maxLength: 500, description: 'What the customer asks.' },
          tone: { enum: ['calm', 'formal'], examples: ['calm'] },
          customer_tier: { type: 'string' },
        },
        required: ['tone'],
      };
      await harness.api.call('PUT', `/v1/prompts/${id}/versions/1`, { token, body: { input_schema } });
      const path = `/prompts/${id}/versions/1`;
      await harness.inspect('input-schema', path, owner, showSchema);
      const open = (button: string) => async (page: Page) => {
        if (await dialog(page).isVisible()) return;
        await showSchema(page);
        await page.getByRole('button', { name: button, exact: true }).click();
        await dialog(page).waitFor();
      };
      if (isLong) await harness.inspect('input-schema-row', path, owner, open('Edit question'));
      await harness.inspect('input-schema-tighten', path, owner, open('Tighten from payloads'));
    }, 180_000);
  });
}
