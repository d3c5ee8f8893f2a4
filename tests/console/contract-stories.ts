/** Stories about input contracts: the policy of a prompt, promotions and rollbacks that break it, and payloads that it does not accept. */
import { said } from '@px0/testing/world';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, type Person, toastSays } from './console-harness.ts';

interface MadePrompt {
  readonly id: string;
  readonly slug: string;
}

type Content = Readonly<Record<string, unknown>>;

async function promptWith(
  harness: ConsoleHarness,
  { token, teamId }: Person,
  versions: readonly Content[],
): Promise<MadePrompt> {
  const body = { name: 'Support reply' };
  const created = await harness.shape('POST', `/v1/teams/${teamId}/prompts`, { token, body });
  const id = created.text('prompt', 'id');
  for (const version of versions)
    await harness.api.call('POST', `/v1/prompts/${id}/versions`, { token, body: version });
  return { id, slug: created.text('prompt', 'slug') };
}

async function promote(
  harness: ConsoleHarness,
  { token }: Person,
  { id }: MadePrompt,
  ...versions: readonly number[]
): Promise<void> {
  for (const version of versions)
    await harness.api.call('POST', `/v1/prompts/${id}/versions/${version}/promote`, { token });
}

const setContract = (harness: ConsoleHarness, { token }: Person, { id }: MadePrompt, contract: string) =>
  harness.api.call('PATCH', `/v1/prompts/${id}`, { token, body: { contract } });

/** Chooses a contract in the prompt's menu. */
async function chooseContract(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions for Support reply' }).click();
  await page.getByRole('menuitem', { name: 'Input contract…' }).click();
  await page.getByRole('radio', { name: label }).check();
  await page.getByRole('button', { name: 'Save contract' }).click();
}

const question = (page: Page) => page.getByRole('alertdialog');
const consent = (page: Page) =>
  question(page).getByRole('checkbox', { name: 'Promote although it breaks the contract' });
const breaks = (page: Page) => question(page).getByRole('list', { name: 'Breaks' });
const makeLive = (page: Page) => question(page).getByRole('button', { name: 'Make live' });

export function contractStories(started: () => ConsoleHarness): void {
  describe('an input contract', () => {
    it('is switched on, shows what a promotion breaks, and wants it confirmed', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const prompt = await promptWith(harness, owner, [
        { template: '{{.a}} {{.old}}' },
        { template: '{{.a}} {{.b}}' },
      ]);
      await promote(harness, owner, prompt, 1, 1, 2);
      const page = await harness.open(`/prompts/${prompt.id}`, { person: owner });

      // While it is off, nothing is asked, and what is known of it is kept out of the way.
      const card = page.getByRole('article', { name: 'Version 2' });
      await card.getByRole('button', { name: 'Make live' }).click();
      await question(page).getByText('This prompt’s contract is off').click();
      await breaks(page).getByText('added required b').waitFor();
      expect(await consent(page).count()).toBe(0);
      await question(page).getByRole('button', { name: 'Cancel' }).click();

      await chooseContract(page, 'Warn');
      await toastSays(page, 'The input contract is now: warn');
      await page.getByText('Contract: warn').waitFor();

      const sent: string[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/promote')) sent.push(new URL(request.url()).search);
      });
      await card.getByRole('button', { name: 'Make live' }).click();
      await breaks(page).getByText('added required b').waitFor();
      await question(page).getByRole('list', { name: 'Notices' }).getByText('unused old').waitFor();
      // By keyboard: without the confirmation the button does nothing.
      await makeLive(page).press('Enter');
      await consent(page).press('Space');
      await makeLive(page).press('Enter');
      await toastSays(page, 'Version 2 is live');
      expect(sent.at(-1)).toContain('allow=contract_break');
      await page
        .getByRole('region', { name: 'Notifications' })
        .getByRole('button', { name: 'Return to version 1' })
        .click();
      await toastSays(page, 'Version 1 is live again');
      await toastSays(page, 'It breaks the input contract: added required old.');
      await page.getByRole('tab', { name: 'Activity' }).click();
      await page
        .getByText('made version 2 live, replacing version 1, and allowed it to break the contract')
        .waitFor();
      await page.getByText('set the input contract to “warn”').waitFor();
    }, 120_000);

    it('allows a rollback that breaks it, and says what breaks', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const prompt = await promptWith(harness, owner, [
        { template: '{{.a}} {{.b}}' },
        { template: '{{.a}}' },
      ]);
      await setContract(harness, owner, prompt, 'enforce');
      await promote(harness, owner, prompt, 1, 1, 2, 2);
      const page = await harness.open(`/prompts/${prompt.id}`, { person: owner });
      await page.getByRole('button', { name: 'Roll back to version 1' }).click();
      await question(page).getByText('This rollback breaks the input contract').waitFor();
      await breaks(page).getByText('added required b').waitFor();
      expect(await consent(page).count()).toBe(0);
      await question(page).getByRole('button', { name: 'Make version 1 live' }).click();
      await toastSays(page, 'Version 1 is live');
      await toastSays(page, 'It breaks the input contract: added required b.');
    }, 120_000);

    it('that somebody switches on meanwhile is no dead end for who is about to promote', async () => {
      const harness = started();
      const [owner, guest] = await Promise.all([harness.person('ada'), harness.person('grace')]);
      const { token, teamId } = owner;
      const body = { user_id: guest.userId };
      await harness.api.call('POST', `/v1/teams/${teamId}/members`, { token, body });
      const path = `/v1/teams/${teamId}/members/${guest.userId}/role`;
      await harness.api.call('PUT', path, { token, body: { role: 'editor' } });
      const prompt = await promptWith(harness, owner, [
        { template: '{{.a}}' },
        { template: '{{.a}} {{.b}}' },
        { template: 'Hello' },
      ]);
      await promote(harness, owner, prompt, 1, 1, 2, 3);
      const [ada, grace] = await Promise.all([
        harness.open(`/prompts/${prompt.id}`, { person: owner }),
        harness.open(`/prompts/${prompt.id}`, { person: guest }),
      ]);
      const card = grace.getByRole('article', { name: 'Version 2' });
      await card.getByRole('button', { name: 'Make live' }).click();
      await question(grace).getByText('Applications must send new variables').waitFor();

      await chooseContract(ada, 'Enforce');
      await toastSays(ada, 'The input contract is now: enforce');

      await makeLive(grace).click();
      await question(grace).getByRole('alert').getByText('Contract break: added required b.').waitFor();
      await breaks(grace).getByText('added required b').waitFor();
      await harness.expectAccessible(grace);
      await consent(grace).check();

      // What she has confirmed is not what it breaks once another version is live.
      await promote(harness, owner, prompt, 3);
      await makeLive(grace).click();
      await breaks(grace).getByText('added required a').waitFor();
      expect(await consent(grace).isChecked()).toBe(false);
      await consent(grace).check();
      await makeLive(grace).click();
      await toastSays(grace, 'Version 2 is live');
    }, 120_000);

    it('marks what it does not accept in a payload, in the words of the API, and lets it be saved', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const { token } = owner;
      const schema = {
        properties: {
          mood: { type: 'string', enum: ['calm', 'angry'], description: 'How the reply sounds.' },
          name: {},
          age: { type: 'integer' },
        },
        additionalProperties: false,
      };
      const version = { template: '{{.mood}} {{.name}}', input_schema: schema };
      const prompt = await promptWith(harness, owner, [version]);
      await setContract(harness, owner, prompt, 'enforce');
      const variables = { moood: 'calm', name: 'Ada', age: 'old' };
      const payload = { name: 'A customer', variables };
      await harness.api.call('POST', `/v1/prompts/${prompt.id}/payloads`, { token, body: payload });
      const render = `/v1/prompts/${prompt.slug}/versions/1/render`;
      const refused = await harness.api.request('POST', render, { token, body: { variables } });
      const problems = [
        'missing mood (did you mean moood?)',
        'unknown moood (did you mean mood?)',
        'age must be an integer',
      ];
      const error = `invalid variables: ${problems.join('; ')}`;
      expect(said(refused)).toEqual([422, error]);

      // The form is built from the schema, and the preview says what a render would be told.
      const page = await harness.open(`/prompts/${prompt.id}/versions/1`, { person: owner });
      await page.getByText(error).waitFor();
      const form = page.getByRole('region', { name: 'Variables' });
      for (const problem of problems) await form.getByText(problem).waitFor();
      await form.getByText('How the reply sounds.').waitFor();
      const mood = form.getByLabel('mood', { exact: true });
      expect(await mood.locator('option').allTextContents()).toEqual(['Not set', 'calm', 'angry']);

      // In JSON the places are underlined, and each problem leads to its own.
      await form.getByRole('button', { name: 'JSON' }).click();
      const marked = form.locator('.cm-lintRange-warning');
      await marked.filter({ hasText: '"old"' }).waitFor();
      await marked.filter({ hasText: '"moood"' }).first().waitFor();
      await form.getByRole('button', { name: 'age must be an integer' }).press('Enter');
      await form.locator('.cm-focused').waitFor();
      const editor = form.getByRole('textbox', { name: 'Variables as JSON' });
      await editor.click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText('{"mood": "wild", "name": "Ada"}');
      await marked.filter({ hasText: '"wild"' }).waitFor();
      // What it does not accept is kept all the same: whether it renders is another question.
      await form.getByRole('button', { name: 'Save', exact: true }).click();
      await toastSays(page, 'Saved payload “A customer”');
      await form.getByRole('button', { name: 'Form' }).click();
      await mood.selectOption('angry');
      await page.getByRole('region', { name: 'Rendered output' }).getByText('angry Ada').waitFor();
      expect(await form.getByText('must be one of').count()).toBe(0);
      await page.getByText(/px0 refuses this render/).waitFor({ state: 'detached' });
    }, 120_000);

    it('looks right and is accessible, in both themes and widths', async () => {
      const harness = started();
      const owner = await harness.person('looks');
      const { token } = owner;
      const schema = {
        properties: {
          mood: { type: 'string', enum: ['calm', 'angry'], description: 'How the reply sounds.' },
          customer: { properties: { name: { type: 'string' }, age: { type: 'integer' } }, required: ['age'] },
          urgent: { type: 'boolean', description: 'Whether somebody waits on the phone.' },
        },
        required: ['urgent'],
      };
      const template = '{{.customer.name}} {{.mood}} {{range .rules}}{{.}}{{end}}';
      const prompt = await promptWith(harness, owner, [
        { template: '{{.customer.name}} {{.tone}}' },
        { template, input_schema: schema },
      ]);
      await setContract(harness, owner, prompt, 'enforce');
      await promote(harness, owner, prompt, 1, 1, 2);
      const variables = { moood: 'calm', customer: { name: 'Ada', age: 'old' }, rules: ['Be brief'] };
      const payload = { name: 'A customer', variables };
      await harness.api.call('POST', `/v1/prompts/${prompt.id}/payloads`, { token, body: payload });
      const path = `/prompts/${prompt.id}`;
      await harness.inspect('contract-breaks', path, owner, async (page) => {
        if (!(await question(page).isVisible()))
          await page
            .getByRole('article', { name: 'Version 2' })
            .getByRole('button', { name: 'Make live' })
            .click();
        await breaks(page).getByText('added required urgent').waitFor();
        await question(page).getByText('1 of 1 payload failed').waitFor();
      });
      await harness.inspect('contract-policy', path, owner, async (page) => {
        if (await page.getByRole('dialog').isVisible()) return;
        await page.getByRole('button', { name: 'Actions for Support reply' }).click();
        await page.getByRole('menuitem', { name: 'Input contract…' }).click();
        await page.getByRole('radio', { name: 'Enforce' }).waitFor();
      });
      await harness.inspect(
        'contract-compare',
        `${path}/compare?from=1&to=2&part=schema`,
        owner,
        async (page) => {
          await page.getByRole('tab', { name: 'Input schema, changed' }).waitFor();
          await page
            .getByRole('region', { name: 'Diff of Input schema of version 1, live and version 2' })
            .waitFor();
        },
      );
      // A narrow window shows one panel at a time.
      const showVariables = async (page: Page): Promise<void> => {
        await page.getByRole('heading', { name: 'Support reply, version 2' }).waitFor();
        const panel = page.getByRole('group', { name: 'Panel' }).getByRole('button', { name: 'Variables' });
        if (await panel.isVisible()) await panel.click();
      };
      await harness.inspect('contract-form', `${path}/versions/2`, owner, async (page) => {
        await showVariables(page);
        await page.getByText('Whether somebody waits on the phone.').waitFor();
      });
      await harness.inspect('contract-json', `${path}/versions/2`, owner, async (page) => {
        await showVariables(page);
        await page.getByRole('button', { name: 'JSON', exact: true }).click();
        await page.locator('.cm-lintRange-warning', { hasText: '"old"' }).waitFor();
      });
    }, 300_000);
  });
}
