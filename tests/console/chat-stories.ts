/** Stories about conversations: written by keyboard alone, previewed for three providers, and promoted. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, PlayedProviders, type Provider, temporaryFolder } from '@px0/testing';
import type { Page } from 'playwright-core';
import { describe, expect, it, type TestContext } from 'vitest';
import { Application, askingApplications } from '../sdk/programs.ts';
import { type ConsoleHarness, type Person, toastSays } from './console-harness.ts';

const output = (page: Page) => page.getByRole('region', { name: 'Rendered output' });
const saved = (page: Page) => page.getByRole('status').getByText('Saved', { exact: true }).waitFor();

/** Presses Tab until the focus is on a control of this name, as somebody without a mouse does. */
async function tabTo(page: Page, name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    const focused = page.locator(':focus');
    const label = (await focused.count()) === 0 ? '' : await nameOf(page);
    if (typeof name === 'string' ? label === name : name.test(label)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab reaches nothing named ${String(name)}`);
}

/** The name of the control that has the focus, as a screen reader says it. */
async function nameOf(page: Page): Promise<string> {
  const name: unknown = await page.evaluate(
    `(() => {
      const element = document.activeElement;
      const label = element.labels?.[0]?.textContent ?? element.textContent;
      return (element.getAttribute('aria-label') ?? label ?? '').trim();
    })()`,
  );
  return String(name);
}

async function draft(harness: ConsoleHarness, owner: Person, body: object): Promise<string> {
  const { token } = owner;
  const created = await harness.shape('POST', `/v1/teams/${owner.teamId}/prompts`, {
    token,
    body: { name: 'Tutor', description: '' },
  });
  const id = created.text('prompt', 'id');
  await harness.api.call('POST', `/v1/prompts/${id}/versions`, { token, body });
  return id;
}

const variables = {
  subject: 'maths',
  question: 'Why?',
  history: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello {{.x}}' },
  ],
};

/** A checkered image of 48 by 48 pixels. */
const IMAGE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAIAAADYYG7QAAAAUUlEQVR42u3XsQ0AIAgEQKezdf/OxjiGjoAkRptLvn6uA0qfK0yrI8ytngIEBAQEBJQEvRx20gMEBAQEBJQF2fZAQEBAQP4y5wcQEBAQ0FfQBikZIR7lWo9EAAAAAElFTkSuQmCC';

const contents = [
  { role: 'user', parts: [{ text: 'Hi' }] },
  { role: 'model', parts: [{ text: 'Hello {{.x}}' }] },
  { role: 'user', parts: [{ text: 'Why?' }] },
];
const turns = [...variables.history, { role: 'user', content: 'Why?' }];

/** What the preview shows for each provider, what an application sends there, and what it is told was left out. */
const requests = {
  openai: {
    label: 'OpenAI',
    shown: {
      model: 'gpt-x',
      messages: [{ role: 'system', content: 'You teach maths.' }, ...turns],
      max_completion_tokens: 300,
      temperature: 0.2,
    },
    path: '/v1/chat/completions',
    dropped: [],
  },
  anthropic: {
    label: 'Anthropic',
    shown: { model: 'gpt-x', max_tokens: 300, system: 'You teach maths.', messages: turns },
    path: '/v1/messages',
    dropped: ['temperature'],
  },
  gemini: {
    label: 'Gemini',
    shown: {
      model: 'gpt-x',
      contents,
      config: {
        systemInstruction: { parts: [{ text: 'You teach maths.' }] },
        maxOutputTokens: 300,
        temperature: 0.2,
      },
    },
    path: '/v1/models/gpt-x:generateContent',
    // The package puts the model into the path, and the settings into one object.
    sent: {
      contents,
      systemInstruction: { parts: [{ text: 'You teach maths.' }] },
      generationConfig: { maxOutputTokens: 300, temperature: 0.2 },
    },
    dropped: [],
  },
} as const;
const providers: readonly Provider[] = ['openai', 'anthropic', 'gemini'];

/** Whether the applications in Python and Go have the providers' packages, too, which take minutes to install and build. */
const hasAllPackages = process.env['PX0_LONG_TESTS'] === '1';

/** Starts an application in each language, which renders the prompt by its SDK, hands it over, and asks the three providers. */
async function askProviders(
  applications: ReturnType<typeof askingApplications>,
  folder: string,
  env: NodeJS.ProcessEnv,
  slug: string,
  annotate: TestContext['annotate'],
): Promise<void> {
  await using played = await PlayedProviders.start();
  for (const [language, command] of Object.entries(await applications)) {
    if (typeof command === 'string') {
      await annotate(`not asked in ${language}: ${command}`);
      continue;
    }
    await using application = new Application(command, join(folder, `${language}.json`), env);
    for (const provider of providers) {
      const told = await application.ask({ slug, variables, provider, url: played.host });
      const [arrived, ...more] = played.take();
      const { path, dropped, shown, ...wire } = requests[provider];
      expect(told, `${language} ${provider}`).toEqual({ answer: arrived?.answer, dropped });
      expect(more, `${language} ${provider}`).toEqual([]);
      expect(withoutRoleOfInstruction(arrived?.body), `${language} ${provider}`).toEqual(
        'sent' in wire ? wire.sent : shown,
      );
      expect(arrived?.path.replace('/v1beta/', '/v1/')).toBe(path);
    }
  }
}

/** Gemini's module for Go names a role that its other packages leave out. */
function withoutRoleOfInstruction(body: object = {}): object {
  if (!('systemInstruction' in body)) return body;
  const { role: _role, ...systemInstruction } = Object(body.systemInstruction);
  return { ...body, systemInstruction };
}

/** Presses a button that copies, and gives what it has copied. */
async function copiedBy(page: Page, press: () => Promise<void>): Promise<unknown> {
  await page.evaluate("navigator.clipboard.writeText('')");
  await press();
  const text = await eventually(() => page.evaluate('navigator.clipboard.readText()'), { what: 'a copy' });
  return JSON.parse(String(text));
}

export function chatStories(started: () => ConsoleHarness): void {
  describe('a conversation', () => {
    it(
      'is written by keyboard alone, previewed for three providers, promoted, and sent to them in three languages',
      async ({ annotate }) => {
        const harness = started();
        await using stack = new AsyncDisposableStack();
        const folder = await temporaryFolder('chat-story');
        stack.defer(() => rm(folder, { recursive: true, force: true }));
        const applications = askingApplications(folder, hasAllPackages ? 'packages' : 'http');
        // It is awaited at the end, and may fail before.
        applications.catch(() => undefined);
        const owner = await harness.person('keys');
        const id = await draft(harness, owner, { template: 'You teach {{.subject}}.' });
        const page = await harness.open(`/prompts/${id}/versions/1`, { person: owner });
        await page.getByRole('textbox', { name: 'Template of version 1' }).waitFor();

        // The text becomes the first message, which is then the system's.
        await tabTo(page, 'Turn into conversation');
        await page.keyboard.press('Enter');
        await page.getByRole('textbox', { name: 'Text of message 1' }).waitFor();
        await tabTo(page, 'Role of message 1');
        await page.keyboard.press('Enter');
        await page.locator('[role=option]:focus', { hasText: 'User' }).waitFor();
        await page.keyboard.press('ArrowUp');
        await page.locator('[role=option]:focus', { hasText: 'System' }).waitFor();
        await page.keyboard.press('Enter');
        await tabTo(page, 'Add message');
        await page.keyboard.press('Enter');
        await tabTo(page, 'Text of message 2');
        await page.keyboard.type('{{.question');
        await page.keyboard.press('Escape');
        // There is no line to pass, so the message moves.
        await page.keyboard.press('Alt+ArrowUp');
        await page.getByText('Message is now 1 of 2.').waitFor();
        expect(await nameOf(page)).toBe('Text of message 1');
        await page.keyboard.press('Alt+ArrowDown');
        await page.getByText('Message is now 2 of 2.').waitFor();
        // A placeholder comes last and moves before the question.
        await tabTo(page, 'Add placeholder');
        await page.keyboard.press('Enter');
        await tabTo(page, 'Variable of placeholder 3');
        expect(await page.locator(':focus').inputValue()).toBe('history');
        await page.keyboard.press('Alt+ArrowUp');
        await page.getByText('Placeholder is now 2 of 3.').waitFor();
        expect(await nameOf(page)).toBe('Variable of placeholder 2');
        // It moves nothing but the message, wherever the focus is.
        for (const [control, below, back] of [
          ['Actions for placeholder 2', 'Placeholder is now 3 of 3.', 'Placeholder is now 2 of 3.'],
          ['Role of message 1', 'Message is now 2 of 3.', 'Message is now 1 of 3.'],
        ] as const) {
          await tabTo(page, control, 'Shift+Tab');
          await page.keyboard.press('Alt+ArrowDown');
          await page.getByText(below).waitFor();
          await page.keyboard.press('Alt+ArrowUp');
          await page.getByText(back).waitFor();
          expect(await page.locator('[role=menu], [role=listbox]').count()).toBe(0);
        }
        await saved(page);

        // The model, by form.
        await tabTo(page, 'Configuration', 'Shift+Tab');
        await page.keyboard.press('Enter');
        await tabTo(page, 'Model');
        await page.keyboard.type('gpt-x');
        await tabTo(page, 'Max tokens');
        await page.keyboard.type('300');
        await tabTo(page, 'Temperature');
        await page.keyboard.type('0.2');
        await tabTo(page, 'Note', 'Shift+Tab');
        await page.keyboard.press('Enter');
        await tabTo(page, 'Note on this version');
        await page.keyboard.type('A first try.');
        await saved(page);
        const { token } = owner;
        const kept = await harness.shape('GET', `/v1/prompts/${id}/versions/1`, { token });
        expect(kept.at('version', 'messages')).toEqual([
          { role: 'system', template: 'You teach {{.subject}}.' },
          { placeholder: 'history' },
          { role: 'user', template: '{{.question}}' },
        ]);
        expect(kept.at('version', 'config')).toEqual({ model: 'gpt-x', max_tokens: 300, temperature: 0.2 });
        expect(kept.at('version', 'note')).toBe('A first try.');

        // The values, as JSON, and what three providers would be sent.
        await tabTo(page, 'JSON');
        await page.keyboard.press('Enter');
        await tabTo(page, 'Variables as JSON');
        await page.keyboard.press('ControlOrMeta+a');
        await page.keyboard.insertText(JSON.stringify(variables));
        const message = (role: string) => output(page).getByRole('article', { name: `${role} message` });
        await message('System').getByText('You teach maths.').waitFor();
        await message('User').getByText('Why?').waitFor();
        await output(page).getByText('2 messages from history').waitFor();
        const said = ['You teach maths.', ...turns.map(({ content }) => content)].join('\n');
        await page.getByText(`${said.length} characters`).waitFor();
        for (const provider of providers) {
          const { label, shown } = requests[provider];
          await tabTo(page, label);
          await page.keyboard.press('Enter');
          await page
            .getByRole('region', { name: `Request for ${label}` })
            .getByText('Why?')
            .waitFor();
          await tabTo(page, `Copy request for ${label}`);
          expect(await copiedBy(page, () => page.keyboard.press('Enter'))).toEqual(shown);
          if (provider === 'anthropic') await page.getByText('Anthropic has no temperature').waitFor();
        }

        for (const step of ['Mark stable', 'Make live']) {
          await tabTo(page, step, 'Shift+Tab');
          await page.keyboard.press('Enter');
          await page.getByRole('alertdialog').waitFor();
          await tabTo(page, 'Note (optional)');
          await page.keyboard.type(`${step}: the tutor is ready`);
          await tabTo(page, step);
          await page.keyboard.press('Enter');
          await page.getByRole('alertdialog').waitFor({ state: 'detached' });
        }
        await toastSays(page, 'Version 1 is live');
        await tabTo(page, 'Tutor', 'Shift+Tab');
        await page.keyboard.press('Enter');
        const card = page.getByRole('article', { name: 'Version 1' });
        await card.getByText('Make live: the tutor is ready').waitFor();

        const slug = (await harness.shape('GET', `/v1/prompts/${id}`, { token })).text('prompt', 'slug');
        const body = { name: 'tutor-service', operation: 'read_render', org_id: owner.organizationId };
        const key = await harness.shape('POST', '/v1/api-keys', { token, body });
        const rendered = await eventually(
          () => harness.shape('POST', `/v1/prompts/${slug}/render`, { token, body: { variables } }),
          { what: 'a render of the live version' },
        );
        expect(rendered.at('messages')).toEqual([{ role: 'system', content: 'You teach maths.' }, ...turns]);
        const env = { PX0_HOST: harness.platform.gatewayUrl, PX0_ACCESS_TOKEN: key.text('key') };
        await askProviders(applications, folder, env, slug, annotate);
      },
      hasAllPackages ? 2_400_000 : 600_000,
    );

    it('is arranged with the mouse, shows its errors where they are, and becomes a text again', async () => {
      const harness = started();
      const owner = await harness.person('mouse');
      const messages = [
        { role: 'user', template: 'One' },
        { role: 'assistant', template: 'Two' },
        { role: 'system', template: 'Three' },
      ];
      const id = await draft(harness, owner, { messages });
      const page = await harness.open(`/prompts/${id}/versions/1`, { person: owner });
      const text = (number: number) => page.getByRole('textbox', { name: `Text of message ${number}` });
      await page.getByText('OpenAI accepts a system message here.').waitFor();
      await page.locator('[data-row] [draggable]').nth(2).dragTo(page.locator('[data-row]').nth(0));
      await page.getByText('Message is now 1 of 3.').waitFor();
      await text(1).getByText('Three').waitFor();
      await page.getByText('OpenAI accepts a system message').waitFor({ state: 'detached' });

      await page.getByRole('button', { name: 'Delete message 2' }).click();
      await toastSays(page, 'Deleted message 2');
      await text(2).getByText('Two').waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await text(2).getByText('One').waitFor();
      await page.getByRole('button', { name: 'Duplicate message 3' }).click();
      await text(4).getByText('Two').waitFor();
      await saved(page);

      // An error is shown at its message, and from below it leads there.
      await text(4).click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText('Say {{.x');
      const card = page.getByRole('list', { name: 'Messages' }).getByRole('listitem').nth(3);
      await card.getByText('has no closing }}').first().waitFor();
      await page.getByRole('status').getByText('Not saved').waitFor();
      await text(1).click();
      await page.getByRole('button', { name: 'Message 4, line 1 {{.x has no closing }}' }).click();
      await eventually(() => text(4).evaluate((node) => node === node.ownerDocument.activeElement), {
        what: 'the focus at the error',
      });
      await page.getByRole('button', { name: 'Delete message 4' }).click();

      // Media: drawn if the page has them, otherwise a link.
      await page.getByRole('button', { name: 'Actions for message 3' }).click();
      await page.getByRole('menuitem', { name: 'Add media' }).click();
      await page.getByRole('textbox', { name: 'URL of media 2 of message 3' }).click();
      await page.keyboard.insertText(IMAGE);
      await output(page).getByRole('img', { name: 'image/png thumbnail' }).waitFor();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText('https://example.com/a.png');
      await output(page).getByRole('link', { name: 'https://example.com/a.png' }).waitFor();
      await saved(page);
      await harness.expectAccessible(page);

      // What px0 itself refuses is shown with its reason, and the draft goes on.
      await page.getByRole('button', { name: 'Configuration' }).click();
      await page.getByLabel('Max tokens').fill('-1');
      await page.getByText('config.max_tokens: ').waitFor();
      await page.getByLabel('Max tokens').fill('10');
      await page.getByRole('button', { name: 'Add stop sequence' }).click();
      await page.getByLabel('Stop sequence 1').and(page.locator(':focus')).waitFor();
      await page.keyboard.type('END');
      await saved(page);
      await page.getByRole('button', { name: 'Prompt', exact: true }).click();

      for (const _ of [1, 2]) await page.getByRole('button', { name: 'Delete message 2' }).click();
      await page.getByRole('button', { name: 'Turn into text' }).click();
      await page.getByRole('textbox', { name: 'Template of version 1' }).getByText('Three').waitFor();
      await saved(page);
      const { token } = owner;
      const kept = await harness.shape('GET', `/v1/prompts/${id}/versions/1`, { token });
      expect([kept.at('version', 'kind'), kept.at('version', 'template')]).toEqual(['text', 'Three']);
    }, 180_000);

    it('of two people shows both as text, and keeps what they merge', async () => {
      const harness = started();
      const owner = await harness.person('two');
      const { token } = owner;
      const id = await draft(harness, owner, { messages: [{ role: 'user', template: 'Hello' }] });
      const page = await harness.open(`/prompts/${id}/versions/1`, { person: owner });
      const first = page.getByRole('textbox', { name: 'Text of message 1' });
      await first.waitFor();
      const body = {
        messages: [
          { role: 'system', template: 'Be kind' },
          { role: 'user', template: 'Hello' },
        ],
      };
      await harness.api.call('PUT', `/v1/prompts/${id}/versions/1`, { token, body });
      await first.click();
      await page.keyboard.press('End');
      await page.keyboard.insertText(', mine');
      const dialog = page.getByRole('dialog', { name: 'Someone else changed this draft' });
      await dialog.getByText('system:').waitFor();
      await dialog.getByRole('tab', { name: 'Merge' }).click();
      const merged = dialog.getByRole('textbox', { name: 'Merged text' });
      await merged.click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText('system:\nBe kind\n\nuser:\nHello, mine');
      await dialog.getByRole('button', { name: 'Use merged text' }).click();
      await page.getByRole('textbox', { name: 'Text of message 2' }).getByText('Hello, mine').waitFor();
      await saved(page);
      const kept = await harness.shape('GET', `/v1/prompts/${id}/versions/1`, { token });
      expect(kept.at('version', 'messages')).toEqual([
        { role: 'system', template: 'Be kind' },
        { role: 'user', template: 'Hello, mine' },
      ]);

      // What cannot be saved yet is still there after a visit to another page.
      const second = page.getByRole('textbox', { name: 'Text of message 2' });
      await second.click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText('Hello {{.x');
      await page.getByRole('status').getByText('Not saved').waitFor();
      await page.getByRole('link', { name: 'Tutor' }).click();
      await second.waitFor({ state: 'detached' });
      await page.goBack();
      await second.getByText('Hello {{.x').waitFor();
      await second.click();
      await page.keyboard.press('ControlOrMeta+End');
      await page.keyboard.insertText('}}');
      await saved(page);
    }, 120_000);

    it('looks right and is accessible, in both themes and widths', async () => {
      const harness = started();
      const owner = await harness.person('looks');
      const { token } = owner;
      const id = await draft(harness, owner, {
        messages: [
          { role: 'system', template: 'You teach {{.subject}}.\n{{range .rules}}- {{.}}\n{{end}}' },
          { placeholder: 'history', required: true },
          {
            role: 'user',
            parts: [
              { type: 'text', template: '{{.question}}' },
              { type: 'media', url: '{{.photo}}', media_type: 'image/png' },
            ],
          },
          { role: 'system', template: 'Never give the answer away.' },
        ],
        config: { model: 'gpt-x', temperature: 0.2, stop: ['END'], tools: [{ name: 'look_up' }] },
        note: 'Shorter answers.',
      });
      const sample = { ...variables, rules: ['Be kind', 'Ask back'], photo: IMAGE };
      await harness.api.call('POST', `/v1/prompts/${id}/payloads`, {
        token,
        body: { name: 'Pupil', variables: sample },
      });
      const path = `/prompts/${id}/versions/1`;
      const press = async (page: Page, name: string): Promise<void> => {
        const button = page.getByRole('button', { name, exact: true });
        if (await button.isVisible()) await button.click();
      };
      await harness.inspect('chat-editor', path, owner, (page) =>
        page.getByRole('textbox', { name: 'Text of message 1' }).waitFor(),
      );
      await harness.inspect('chat-preview', path, owner, async (page) => {
        await page.getByRole('textbox', { name: 'Text of message 1' }).or(output(page)).first().waitFor();
        await press(page, 'Preview');
        await output(page).getByText('Never give the answer away.').waitFor();
      });
      await harness.inspect('chat-configuration', path, owner, async (page) => {
        await page.getByRole('button', { name: 'Configuration' }).click();
        await page.getByLabel('Model').waitFor();
      });
    }, 180_000);
  });
}
