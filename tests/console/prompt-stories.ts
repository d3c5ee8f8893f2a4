/** Stories about prompts: writing, previewing, comparing, promoting, rolling back, and editing one draft together. */
import { eventually } from '@px0/testing';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, choose, PASSWORD, type Person, toastSays } from './console-harness.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const template = (page: Page, version: number) =>
  page.getByRole('textbox', { name: `Template of version ${version}` });
const output = (page: Page) => page.getByRole('region', { name: 'Rendered output' });

/** Replaces the text of an editor, as a user does by selecting all and pasting. */
async function write(page: Page, editor: Locator, text: string): Promise<void> {
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

const saved = (page: Page) => page.getByRole('status').getByText('Saved', { exact: true }).waitFor();

/** Waits until an element has the focus. */
const focused = (element: Locator, when = '') =>
  eventually(() => element.evaluate((node) => node === node.ownerDocument.activeElement), {
    what: `the focus ${when} on ${String(element)}`,
  });

interface MadePrompt {
  readonly id: string;
  readonly slug: string;
}

/** Creates a prompt with the given versions, all drafts, through the API. */
async function promptWith(
  harness: ConsoleHarness,
  owner: Person,
  name: string,
  templates: readonly string[],
): Promise<MadePrompt> {
  const { token } = owner;
  const body = { name, description: 'Answers customers who write to support.' };
  const created = await harness.shape('POST', `/v1/teams/${owner.teamId}/prompts`, { token, body });
  const id = created.text('prompt', 'id');
  for (const text of templates) {
    await harness.api.call('POST', `/v1/prompts/${id}/versions`, { token, body: { template: text } });
  }
  return { id, slug: created.text('prompt', 'slug') };
}

async function promote(
  harness: ConsoleHarness,
  { token }: Person,
  { id }: MadePrompt,
  version: number,
  times: number,
): Promise<void> {
  for (let done = 0; done < times; done++) {
    await harness.api.call('POST', `/v1/prompts/${id}/versions/${version}/promote`, { token });
  }
}

/** Adds a guest to the owner's team. */
async function join(
  harness: ConsoleHarness,
  owner: Person,
  guest: Person,
  role: 'editor' | 'viewer',
): Promise<void> {
  const { token } = owner;
  await harness.api.call('POST', `/v1/teams/${owner.teamId}/members`, {
    token,
    body: { user_id: guest.userId },
  });
  const path = `/v1/teams/${owner.teamId}/members/${guest.userId}/role`;
  await harness.api.call('PUT', path, { token, body: { role } });
}

const richTemplate = [
  'You are a support agent of {{.company}}.',
  'Answer in a {{.tone | default "friendly"}} tone, in at most three sentences.',
  '{{if .customer}}The customer is called {{.customer.name}} and is on the {{.customer.plan}} plan.{{end}}',
  '',
  'Rules:',
  '{{range .rules}}- {{.}}',
  '{{end}}',
].join('\n');

/** Creates a prompt with everything that its pages can show. */
async function richPrompt(harness: ConsoleHarness, owner: Person): Promise<MadePrompt> {
  const prompt = await promptWith(harness, owner, 'Support reply', [
    richTemplate.replace('three', 'five'),
    richTemplate,
    `${richTemplate}\nReply in {{.language}}.\n`,
  ]);
  await promote(harness, owner, prompt, 1, 2);
  await promote(harness, owner, prompt, 2, 2);
  const { token } = owner;
  await harness.api.call('POST', `/v1/prompts/${prompt.id}/versions/2/tags`, {
    token,
    body: { tag: 'production' },
  });
  const variables = {
    company: 'Acme',
    customer: { name: 'Grace', plan: 'pro' },
    rules: ['Apologise once', 'Offer a refund'],
  };
  await harness.api.call('POST', `/v1/prompts/${prompt.id}/payloads`, {
    token,
    body: { name: 'Angry customer', variables },
  });
  for (const version of [1, 2, 2]) {
    await harness.api.call('POST', `/v1/prompts/${prompt.slug}/versions/${version}/render`, {
      token,
      body: { variables },
    });
  }
  await harness.api.request('POST', `/v1/prompts/${prompt.slug}/render`, { token, body: {} });
  return prompt;
}

export function promptStories(started: () => ConsoleHarness): void {
  describe('a prompt', () => {
    it('is created, written with a preview, tried, promoted, rendered by the API, changed, compared and rolled back', async () => {
      const harness = started();
      const email = `first-${Date.now()}@example.com`;
      const page = await harness.open('/register');
      await page.getByLabel('Email').fill(email);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByLabel('Code').fill(await harness.code(email));
      await page.getByRole('button', { name: 'Verify' }).click();
      await heading(page, 'Prompts').waitFor();
      const login = await harness.shape('POST', '/v1/auth/login', { body: { email, password: PASSWORD } });
      const token = login.text('token');
      const render = async (): Promise<string> =>
        (
          await harness.shape('POST', '/v1/prompts/welcome_mail/render', {
            token,
            body: { variables: { name: 'Ada' } },
          })
        ).text('rendered');

      // Create: the dialog shows the slug, which can never change.
      await page.getByText('Write your first prompt').waitFor();
      await page.keyboard.press('c');
      await page.getByLabel('Name', { exact: true }).fill('Welcome Mail!');
      await page.getByText('/v1/prompts/welcome_mail/render').waitFor();
      await page.getByRole('button', { name: 'Create prompt' }).click();
      await heading(page, 'Welcome Mail!').waitFor();

      // Write: the preview follows each key and names what is missing.
      await page.getByRole('button', { name: 'Greeting' }).click();
      const editor = template(page, 1);
      await editor.waitFor();
      await output(page).getByText('Hello ‹name›!').waitFor();
      await page.getByLabel('name', { exact: true }).fill('Ada');
      await output(page).getByText('Hello Ada!').waitFor();
      await page
        .getByText(/≈ \d+ tokens/)
        .first()
        .waitFor();

      // An error in the template shows its position, and the text is not saved.
      await write(page, editor, 'Dear {{.name');
      await page.getByRole('button', { name: '1:6 {{.name has no closing }}' }).waitFor();
      await page.getByRole('status').getByText('Not saved').waitFor();
      // The editor completes variables.
      await write(page, editor, 'Dear ');
      await page.keyboard.type('{{.n');
      const icon = page.locator('.cm-completionIcon-property').first();
      const sign = icon.evaluate(
        (node) => node.ownerDocument.defaultView?.getComputedStyle(node, '::after').content,
      );
      expect(await sign).toBe('"."');
      await page.getByRole('option', { name: 'name' }).click();
      await page.keyboard.press('End');
      await page.keyboard.insertText(', welcome.');
      await output(page).getByText('Dear Ada, welcome.').waitFor();
      await saved(page);

      // The values become a payload.
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByLabel('Name', { exact: true }).fill('A person');
      await page.getByRole('button', { name: 'Save payload' }).click();
      await toastSays(page, 'Saved payload “A person”');

      // Draft, stable, live: each step shows its effect, and that the payload renders.
      await page.getByRole('button', { name: 'Mark stable' }).click();
      const dialog = page.getByRole('alertdialog');
      await dialog.getByText('1 payload rendered without errors.').waitFor();
      await dialog.getByRole('button', { name: 'Mark stable' }).click();
      await page.getByText('Stable versions are read-only.').waitFor();
      await page.getByRole('button', { name: 'Make live' }).click();
      await dialog.getByText('This prompt has no live version, so renders by slug fail now.').waitFor();
      await dialog.getByRole('button', { name: 'Make live' }).click();
      await toastSays(page, 'Version 1 is live');
      expect(await render()).toBe('Dear Ada, welcome.');

      // A second version from the live one.
      await page.getByRole('button', { name: 'Edit as new draft' }).click();
      await template(page, 2).waitFor();
      await write(page, template(page, 2), 'Hi {{.name}}, welcome.');
      await output(page).getByText('Hi Ada, welcome.').waitFor();
      await saved(page);
      await page.getByRole('button', { name: 'Mark stable' }).click();
      await dialog.getByRole('region', { name: 'Diff of Version 1, live and Version 2' }).waitFor();
      await dialog.getByRole('button', { name: 'A person' }).click();
      await dialog.getByRole('region', { name: 'Diff of Live output and New output' }).waitFor();
      await dialog.getByRole('button', { name: 'Mark stable' }).click();
      await page.getByRole('button', { name: 'Make live' }).click();
      await dialog.getByText('Version 1 becomes stable, so you can roll back.').waitFor();
      await dialog.getByRole('button', { name: 'Make live' }).click();
      await toastSays(page, 'Version 2 is live');
      expect(await render()).toBe('Hi Ada, welcome.');

      // Compare: the templates, then what they render.
      await page.getByRole('link', { name: 'Compare' }).click();
      await heading(page, 'Compare versions').waitFor();
      await page.getByRole('region', { name: 'Diff of Version 1 and Version 2, live' }).waitFor();
      await choose(page, 'Compare', 'Output with A person');
      await page
        .getByRole('region', { name: /^Diff of Output of version 1/ })
        .getByText('Dear')
        .waitFor();
      await page.getByRole('button', { name: 'Unified' }).click();
      await page.waitForURL(/view=unified/);

      // Roll back in one step.
      await page.getByRole('link', { name: 'Welcome Mail!' }).click();
      await page.getByRole('button', { name: 'Roll back to version 1' }).click();
      await dialog.getByRole('button', { name: 'Make version 1 live' }).click();
      await toastSays(page, 'Version 1 is live');
      expect(await render()).toBe('Dear Ada, welcome.');

      // What is known of a version's use is shown before it is taken out of service, and what comes later.
      await page.getByRole('button', { name: 'Actions for version 1' }).click();
      await page.getByRole('menuitem', { name: 'Demote to stable' }).click();
      const known =
        /^Rendered .+ in the last 7 days\. Renders made inside applications arrive about once a minute\.$/;
      await dialog.getByText(known).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Actions for version 1' }).click();
      await page.getByRole('menuitem', { name: 'Archive version' }).click();
      await dialog.getByText(known).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('tab', { name: 'Usage' }).click();
      await page.getByText('Renders made inside applications arrive about once a minute.').waitFor();

      // Activity and code snippets.
      await page.getByRole('tab', { name: 'Activity' }).click();
      await page.getByText('made version 1 live, replacing version 2').waitFor();
      await page.getByRole('tab', { name: 'Integrate' }).click();
      await page.getByRole('button', { name: 'Python' }).click();
      await page.getByText('px0.render("welcome_mail", {"name": "Ada"}).text').waitFor();
    }, 180_000);

    it('is found by words, archived and brought back, and tagged, by keys where that is quicker', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const prompt = await promptWith(harness, owner, 'Ticket triage', ['Hello', 'Hello again']);
      await promptWith(harness, owner, 'Weekly digest', []);
      const page = await harness.open('/prompts', { person: owner });
      await page.getByRole('link', { name: 'Ticket triage' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('week');
      await page.getByRole('link', { name: 'Ticket triage' }).waitFor({ state: 'detached' });
      await page.waitForURL(/q=week/);
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Ticket triage' }).waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await heading(page, 'Ticket triage').waitFor();

      await page.getByRole('button', { name: 'Actions for version 2' }).click();
      await page.getByRole('menuitem', { name: 'Add tag' }).click();
      await page.getByLabel('Tag', { exact: true }).fill('007');
      await page.getByText('px0 reads “007” as a version number').waitFor();
      await harness.expectAccessible(page);
      await page.getByLabel('Tag', { exact: true }).fill('..');
      await page.getByRole('button', { name: 'Set tag' }).hover();
      await page.getByRole('tooltip', { name: '“..” cannot be a tag' }).waitFor();
      await page.getByLabel('Tag', { exact: true }).fill('beta');
      await page.getByRole('button', { name: 'Set tag' }).click();
      await toastSays(page, 'Tagged version 2 as “beta”');
      await page.getByRole('button', { name: 'Remove tag beta' }).click();
      await toastSays(page, 'Removed the tag “beta”');
      await page.getByRole('button', { name: 'Undo' }).last().click();
      await page.getByRole('button', { name: 'Remove tag beta' }).waitFor();

      await page.getByRole('button', { name: 'Actions for Ticket triage' }).click();
      await page.getByRole('menuitem', { name: 'Archive' }).click();
      await page.getByText('This prompt is archived').waitFor();
      await page.goto('/prompts?tag=beta');
      await page.getByText('No matching prompts').waitFor();
      await choose(page, 'Status', 'Archived');
      await page.getByRole('link', { name: 'Ticket triage' }).waitFor();
      // An old tag that no browser can send in a URL is shown, and removing it sends no other request.
      await page.route(/\/versions$/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: (await response.text()).replace('"beta"', '".."') });
      });
      const sent: string[] = [];
      page.on('request', (request) => sent.push(request.method()));
      await page.goto(`/prompts/${prompt.id}`);
      await page.getByRole('button', { name: 'Remove tag ..' }).click();
      await toastSays(page, 'Can’t remove the tag “..” here');
      expect(sent).not.toContain('DELETE');
      await page.unroute(/\/versions$/);
      await page.goto(`/prompts/${prompt.id}`);
      await page.getByRole('button', { name: 'Restore' }).click();
      await toastSays(page, 'Restored “Ticket triage”');

      // Lists and menus are created on first use, which must not change how keys work.
      await page.goto('/prompts');
      const state = page.getByRole('combobox', { name: 'Status' });
      await state.press('ArrowDown');
      await focused(page.getByRole('option', { name: 'Active' }));
      await page.keyboard.press('ArrowDown');
      // The list moves its focus a moment after the key.
      await focused(page.getByRole('option', { name: 'Archived' }));
      await page.keyboard.press('Enter');
      await page.waitForURL(/status=archived/);
      await focused(state);
      await page.goto('/prompts');
      const more = page.getByRole('button', { name: 'Actions for Ticket triage' });
      for (const time of ['the first', 'another']) {
        await more.press('Enter');
        await focused(page.getByRole('menuitem', { name: 'Copy slug' }), time);
        await page.keyboard.press('Escape');
        await focused(more, time);
      }
    }, 120_000);
  });

  describe('a list that could not be read', () => {
    it('leaves the page whole, says why, and is there when it is asked for again', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      await promptWith(harness, owner, 'Ticket triage', []);
      const page = await harness.open('/account', { person: owner });
      const reading = /\/v1\/prompts\?/;
      // From a proxy: it must not end the session or hide anything.
      await page.route(reading, (route) => route.fulfill({ status: 401, json: { error: 'unauthorized' } }));
      await page.goto('/prompts');
      await heading(page, 'Prompts').waitFor();
      await page.getByRole('combobox', { name: 'Status' }).waitFor();
      const again = page.getByRole('button', { name: 'Try again' });
      await again.waitFor();
      await page.getByText('Unexpected response (status 401): it did not come from px0').waitFor();
      await page.unroute(reading);
      await again.click();
      await page.getByRole('link', { name: 'Ticket triage' }).waitFor();
    }, 60_000);
  });

  describe('a prompt that has moved on', () => {
    it('is moved to another team, and back', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const { token, organizationId, teamId } = owner;
      const body = { name: 'Customer support' };
      const made = await harness.shape('POST', `/v1/orgs/${organizationId}/teams`, { token, body });
      const prompt = await promptWith(harness, owner, 'Ticket triage', ['Hello']);
      const teamNow = async (): Promise<string> =>
        (await harness.shape('GET', `/v1/prompts/${prompt.id}`, { token })).text('prompt', 'team_id');
      const page = await harness.open(`/prompts/${prompt.id}`, { person: owner });
      await page.getByRole('button', { name: 'Actions for Ticket triage' }).click();
      await page.getByRole('menuitem', { name: 'Move to another team' }).click();
      await choose(page, 'Move to', 'Customer support');
      await page.getByRole('button', { name: 'Move prompt' }).click();
      await toastSays(page, 'Moved “Ticket triage” to Customer support');
      expect(await teamNow()).toBe(made.text('team', 'id'));
      await page.getByRole('button', { name: 'Undo' }).click();
      await eventually(async () => (await teamNow()) === teamId);
    }, 120_000);

    it('goes back to a version that was archived, by a copy of it', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const { token } = owner;
      const prompt = await promptWith(harness, owner, 'Ticket triage', ['The old text.', 'The new text.']);
      await promote(harness, owner, prompt, 1, 2);
      await promote(harness, owner, prompt, 2, 2);
      await harness.api.call('POST', `/v1/prompts/${prompt.id}/versions/1/archive`, { token });
      const page = await harness.open(`/prompts/${prompt.id}`, { person: owner });
      await page.getByRole('button', { name: 'Roll back to version 1' }).click();
      const dialog = page.getByRole('alertdialog');
      await dialog.getByText('so a copy of it becomes a new live version').waitFor();
      await dialog.getByRole('button', { name: 'Make a copy of version 1 live' }).click();
      await toastSays(page, 'Version 3 is live');
      const path = `/v1/prompts/${prompt.slug}/render`;
      const render = async () => (await harness.shape('POST', path, { token, body: {} })).text('rendered');
      expect(await render()).toBe('The old text.');
      await page
        .getByRole('region', { name: 'Notifications' })
        .getByRole('button', { name: 'Return to version 2' })
        .click();
      await toastSays(page, 'Version 2 is live again');
      expect(await render()).toBe('The new text.');
    }, 120_000);

    it('keeps the line ends that nobody touched, to the byte', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const text = 'First {{.x}}\r\nsecond\rthird\r\n\u2028\u0085\ufeff\u00a0\tend\n';
      const prompt = await promptWith(harness, owner, 'From Windows', [text]);
      const { token } = owner;
      const version = `/v1/prompts/${prompt.id}/versions/1`;
      const opened = await harness.api.request('GET', version, { token });
      const becomes = (wanted: string) =>
        eventually(
          async () => (await harness.shape('GET', version, { token })).text('version', 'template') === wanted,
          { what: `the text ${JSON.stringify(wanted)}` },
        );
      const page = await harness.open(`/prompts/${prompt.id}/versions/1`, { person: owner });
      const editor = template(page, 1);
      await editor.click();
      await page.getByText('Mixed line endings').waitFor();
      // Reading changes nothing.
      await page.keyboard.press('ControlOrMeta+End');
      await page.keyboard.press('ControlOrMeta+s');
      await toastSays(page, 'Saved');
      expect((await harness.api.request('GET', version, { token })).headers.get('etag')).toBe(
        opened.headers.get('etag'),
      );

      await page.keyboard.type('!');
      await becomes(`${text}!`);
      // A new line gets the ending of the line that it was split from.
      await page.keyboard.press('ControlOrMeta+Home');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.keyboard.type('new');
      await becomes(`${text.replace('}}', '}}\r\nnew')}!`);
      for (let step = 0; step < 6; step++) await page.keyboard.press('ControlOrMeta+z');
      await becomes(text);

      // Pasted text takes on the line endings around it, and the rest stays.
      await page.evaluate("navigator.clipboard.writeText('one\\r\\ntwo\\n')");
      await page.keyboard.press('ControlOrMeta+Home');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ControlOrMeta+v');
      const pasted = text.replace('second', 'one\rtwo\rsecond');
      await becomes(pasted);

      // An error has the position that the editor shows.
      await page.keyboard.press('ControlOrMeta+End');
      await page.keyboard.insertText('{{.x');
      await page.getByRole('button', { name: '7:1 {{.x has no closing }}' }).click();
      await page.keyboard.insertText('}}');
      await becomes(`${pasted}{{.x}}`);

      // Text areas keep them, too: a description, and a variable of a payload.
      const lines = 'one\r\ntwo\rthree\n';
      const body = { name: 'Lines', variables: { x: lines } };
      await harness.api.call('POST', `/v1/prompts/${prompt.id}/payloads`, { token, body });
      await harness.api.call('PUT', `/v1/prompts/${prompt.id}`, { token, body: { description: lines } });
      await page.reload();
      const field = page.getByLabel('x', { exact: true });
      await field.click();
      await page.keyboard.press('ControlOrMeta+Home');
      await page.keyboard.type('at ');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await toastSays(page, 'Saved payload “Lines”');
      const payloads = await harness.shape('GET', `/v1/prompts/${prompt.id}/payloads`, { token });
      expect(payloads.text('payloads', 0, 'variables', 'x')).toBe(`at ${lines}`);
      await page.goto(`/prompts/${prompt.id}`);
      await page.getByRole('button', { name: 'Actions for From Windows' }).click();
      await page.getByRole('menuitem', { name: 'Edit description' }).click();
      await page.getByLabel('Description').press('ControlOrMeta+End');
      await page.keyboard.type('four');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await eventually(
        async () => {
          const described = await harness.shape('GET', `/v1/prompts/${prompt.id}`, { token });
          return described.text('prompt', 'description') === `${lines}four`;
        },
        { what: 'the description with its line ends' },
      );

      // The comparison shows which line endings differ, and that nothing else does.
      await harness.api.call('POST', `/v1/prompts/${prompt.id}/versions`, {
        token,
        body: { template: `${pasted}{{.x}}`.replaceAll(/\r\n?/g, '\n') },
      });
      await page.goto(`/prompts/${prompt.id}/compare?from=1&to=2`);
      const difference = page.getByRole('region', { name: 'Diff of Version 1 and Version 2' });
      await page.getByText('5 line endings differ').waitFor();
      expect(await difference.getByText('ends with CRLF').count()).toBe(2);
      expect(await difference.getByText('removed:').count()).toBe(0);
      await harness.expectAccessible(page);
    }, 120_000);

    it('keeps every digit of the numbers in its payloads', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const prompt = await promptWith(harness, owner, 'Orders', ['Order {{.id}} of {{.name}}']);
      const payloads = `${harness.platform.gatewayUrl}/v1/prompts/${prompt.id}/payloads`;
      const headers = { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' };
      const variables = '{"id":9007199254740993,"name":"Ada"}';
      await fetch(payloads, {
        method: 'POST',
        headers,
        body: `{"name":"An order","variables":${variables}}`,
      });
      const page = await harness.open(`/prompts/${prompt.id}/versions/1`, { person: owner });
      // The form shows the number as written, the preview as a render reads it.
      await page.getByText('renders print 9.007199254740992e+15').waitFor();
      expect(await page.getByLabel('id', { exact: true }).inputValue()).toBe('9007199254740993');
      await page.getByLabel('name', { exact: true }).fill('Grace');
      await output(page).getByText('Order 9.007199254740992e+15 of Grace').waitFor();
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await toastSays(page, 'Saved payload “An order”');
      expect(await (await fetch(payloads, { headers })).text()).toContain('"id":9007199254740993');
    }, 120_000);
  });

  describe('a draft with errors', () => {
    it('tells all of them with what was meant, keeps its form, and is shared while it cannot be saved', async () => {
      const harness = started();
      const [owner, guest] = await Promise.all([harness.person('ada'), harness.person('grace')]);
      await join(harness, owner, guest, 'editor');
      const text = 'Dear {{.name}} <!-- ## {{.order}} --> {{.late}}.';
      const prompt = await promptWith(harness, owner, 'Broken', [text]);
      const path = `/prompts/${prompt.id}/versions/1`;
      const page = await harness.open(path, { person: owner });
      const editor = template(page, 1);
      await output(page).getByText('‹order›').waitFor();
      // Every character looks like what it is.
      for (const shown of [editor, output(page)]) {
        const style = shown.evaluate(
          (node) => node.ownerDocument.defaultView?.getComputedStyle(node).fontVariantLigatures,
        );
        expect(await style).toBe('none');
      }

      // The JSON view has the names, and to look at it changes nothing.
      await page.getByRole('button', { name: 'JSON', exact: true }).click();
      const json = page.getByRole('textbox', { name: 'Variables as JSON' });
      await json.getByText('"order": ""').waitFor();
      await page.getByText('Variable names from this version.').waitFor();
      await output(page).getByText('‹order›').waitFor();
      await page.getByRole('button', { name: 'Form', exact: true }).click();

      await write(page, editor, 'Hi {{name}}, {{if .x}}{{.order | uper}} {{.late}} {% if y %}');
      const problems = page.getByRole('list', { name: '4 problems' });
      for (const problem of [
        '1:4 “name” is not a function',
        '1:14 {{if .x}} has no {{end}}',
        '1:23 There is no function “uper”',
        '1:51 px0 keeps {% if y %} as plain text',
      ])
        await problems.getByRole('button', { name: problem }).waitFor();
      for (const name of ['name', 'order', 'late', 'x'])
        await page.getByLabel(name, { exact: true }).waitFor();
      await page.getByText('And 2 more errors.').waitFor();
      await harness.expectAccessible(page);
      await problems.getByRole('button', { name: 'Use {{.name}}' }).click();
      await editor.getByText('Hi {{.name}}, {{if .x}}').waitFor();
      await page.getByRole('status').getByText('Not saved').waitFor();

      // A colleague sees it beside what is saved, and decides.
      await page.getByRole('button', { name: 'Share unsaved text' }).click();
      await toastSays(page, 'Copied a link to your text');
      const link = new URL(String(await page.evaluate('navigator.clipboard.readText()')));
      const colleague = await harness.open(`${link.pathname}${link.hash}`, { person: guest });
      const shared = colleague.getByRole('dialog', { name: 'Someone shared unsaved text with you' });
      await shared.getByRole('region', { name: 'Diff of This version and Shared text' }).waitFor();
      await harness.expectAccessible(colleague);
      await shared.getByRole('button', { name: 'Edit the shared text' }).click();
      await template(colleague, 1).getByText('Hi {{.name}}, {{if .x}}').waitFor();
      expect(new URL(colleague.url()).hash).toBe('');
      await write(colleague, template(colleague, 1), 'Hi {{.name}} ');

      // The functions can be read and inserted without typing.
      await colleague.getByRole('button', { name: 'Functions' }).click();
      const functions = colleague.getByRole('dialog', { name: 'Functions and keywords' });
      await harness.expectAccessible(colleague);
      await functions.getByLabel('Search').fill('separator');
      await functions.getByRole('button', { name: 'Insert {{.tags | join ", "}}' }).click();
      await template(colleague, 1).getByText('Hi {{.name}} {{.tags | join ", "}}').waitFor();
      await saved(colleague);
    }, 120_000);
  });

  describe('two people in one draft', () => {
    it('never overwrite each other unseen, and neither loses a word', async () => {
      const harness = started();
      const [owner, guest] = await Promise.all([harness.person('ada'), harness.person('grace')]);
      await join(harness, owner, guest, 'editor');
      const prompt = await promptWith(harness, owner, 'Shared draft', ['The first text.']);
      const path = `/prompts/${prompt.id}/versions/1`;
      const [ada, grace] = await Promise.all([
        harness.open(path, { person: owner }),
        harness.open(path, { person: guest }),
      ]);
      const stored = async (version: number): Promise<string> =>
        (
          await harness.shape('GET', `/v1/prompts/${prompt.id}/versions/${version}`, { token: owner.token })
        ).text('version', 'template');

      await template(grace, 1).waitFor();
      await write(ada, template(ada, 1), 'What Ada wrote.');
      await eventually(async () => (await stored(1)) === 'What Ada wrote.');
      await write(grace, template(grace, 1), 'What Grace wrote.');
      const conflict = grace.getByRole('dialog', { name: 'Someone else changed this draft' });
      await conflict.getByRole('region', { name: 'Diff of Theirs (saved) and Mine (not saved)' }).waitFor();
      await harness.expectAccessible(grace);
      expect(await stored(1)).toBe('What Ada wrote.');

      // A reload in the middle loses nothing either.
      await grace.reload();
      await conflict.waitFor();
      await conflict.getByRole('tab', { name: 'Mine' }).click();
      await conflict.getByText('What Grace wrote.').waitFor();
      await conflict.getByRole('button', { name: 'Save mine as a new draft' }).click();
      await template(grace, 2).getByText('What Grace wrote.').waitFor();
      expect([await stored(1), await stored(2)]).toEqual(['What Ada wrote.', 'What Grace wrote.']);

      // The other way round: Ada gives up her text, and restores it from the toast.
      await grace.goto(path);
      await template(grace, 1).waitFor();
      await write(grace, template(grace, 1), 'Grace is quicker.');
      await eventually(async () => (await stored(1)) === 'Grace is quicker.');
      await write(ada, template(ada, 1), 'Ada is later.');
      await ada.getByRole('button', { name: 'Use theirs' }).click();
      await template(ada, 1).getByText('Grace is quicker.').waitFor();
      await ada.getByRole('button', { name: 'Use mine instead' }).click();
      await eventually(async () => (await stored(1)) === 'Ada is later.');

      // Or they merge both texts.
      await write(grace, template(grace, 1), 'Grace again.');
      await conflict.getByRole('tab', { name: 'Merge' }).click();
      const merged = conflict.getByRole('textbox', { name: 'Merged text' });
      await merged.getByText('Grace again.').waitFor();
      await conflict.getByRole('textbox', { name: 'Their text' }).getByText('Ada is later.').waitFor();
      await write(grace, merged, 'Ada is later, Grace again.');
      await conflict.getByRole('button', { name: 'Use merged text' }).click();
      await eventually(async () => (await stored(1)) === 'Ada is later, Grace again.');
      await template(grace, 1).getByText('Ada is later, Grace again.').waitFor();

      // If someone promotes a draft while another person edits it, that person can continue in a new draft.
      await template(ada, 1).click();
      await promote(harness, guest, prompt, 1, 1);
      await write(ada, template(ada, 1), 'Too late for version 1.');
      await ada.getByRole('button', { name: 'Save as new draft' }).click();
      await template(ada, 3).getByText('Too late for version 1.').waitFor();
      expect([await stored(1), await stored(3)]).toEqual([
        'Ada is later, Grace again.',
        'Too late for version 1.',
      ]);
    }, 150_000);
  });

  describe('a viewer', () => {
    it('sees and tries everything, changes nothing, and reads why', async () => {
      const harness = started();
      const [owner, guest] = await Promise.all([harness.person('ada'), harness.person('grace')]);
      await join(harness, owner, guest, 'viewer');
      const prompt = await richPrompt(harness, owner);
      const page = await harness.open(`/prompts/${prompt.id}`, { person: guest });
      await heading(page, 'Support reply').waitFor();
      for (const name of ['New version', 'Roll back to version 1']) {
        expect(await page.getByRole('button', { name }).getAttribute('aria-disabled'), name).toBe('true');
      }
      for (const name of ['Mark stable', 'Make live', 'Add a description', /^Remove tag/]) {
        expect(await page.getByRole('button', { name }).count(), String(name)).toBe(0);
      }
      await page.getByRole('button', { name: 'Actions for version 3' }).click();
      const items = page.getByRole('menuitem');
      await items.getByText('Only team editors and admins can do this.').first().waitFor();
      await page.keyboard.press('Escape');

      await page.goto(`/prompts/${prompt.id}/versions/3`);
      await page.getByText('You have view-only access.').waitFor();
      await output(page).getByText('The customer is called Grace').waitFor();
      await template(page, 3).click();
      await page.keyboard.insertText('X');
      expect(await template(page, 3).textContent()).not.toContain('X');
      expect(await page.getByRole('button', { name: 'Mark stable' }).getAttribute('aria-disabled')).toBe(
        'true',
      );
    }, 90_000);
  });

  describe('the pages of prompts', () => {
    it('look right and are accessible, in both themes and widths', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const nothing = (page: Page) => page.getByText('Write your first prompt').waitFor();
      await harness.inspect('prompts-empty', '/prompts', owner, nothing);
      const { id } = await richPrompt(harness, owner);
      const empty = await promptWith(harness, owner, 'Ticket triage', []);
      // Render reports usage to the registry after a few seconds.
      await eventually(async () => {
        const usage = await harness.shape('GET', `/v1/prompts/${id}/usage`, { token: owner.token });
        return JSON.stringify(usage.at('usage')) !== '[]';
      });
      const pages: readonly (readonly [
        name: string,
        path: string,
        ready: (page: Page) => Promise<unknown>,
      ])[] = [
        ['prompts', '/prompts', (page) => page.getByRole('link', { name: 'Support reply' }).waitFor()],
        ['prompt', `/prompts/${id}`, (page) => page.getByText('Applications get').waitFor()],
        [
          'prompt-without-versions',
          `/prompts/${empty.id}`,
          (page) => page.getByText('Write the first version').waitFor(),
        ],
        ['prompt-usage', `/prompts/${id}?tab=usage`, (page) => page.getByRole('img').last().waitFor()],
        ['prompt-use', `/prompts/${id}?tab=use`, (page) => page.getByText('curl -s').waitFor()],
        [
          'prompt-activity',
          `/prompts/${id}?tab=activity`,
          (page) => page.getByText('created the prompt').waitFor(),
        ],
        ['compare', `/prompts/${id}/compare`, (page) => page.getByText('Reply in').last().waitFor()],
        [
          'version-live',
          `/prompts/${id}/versions/2`,
          (page) => page.getByText('Live versions are read-only.').waitFor(),
        ],
        ['version-draft', `/prompts/${id}/versions/3`, (page) => page.getByText('Saved').waitFor()],
        ['promotion', `/prompts/${id}`, openPromotion],
      ];
      for (const [name, path, ready] of pages) await harness.inspect(name, path, owner, ready);
    }, 300_000);
  });
}

/** Opens the dialog unless it is still open from the previous view. */
async function openPromotion(page: Page): Promise<void> {
  const dialog = page.getByRole('alertdialog');
  if ((await dialog.count()) === 0) await page.getByRole('button', { name: 'Mark stable' }).click();
  await dialog.getByText('Applications must send new variables').waitFor();
}
