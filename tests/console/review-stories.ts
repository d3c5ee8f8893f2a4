/** Stories about what has to hold before a change: policies, proposals and reviews, assertions, limits of keys, and the audit log. */
import { readFile } from 'node:fs/promises';
import { eventually } from '@px0/testing';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, choose, type Person, toastSays } from './console-harness.ts';

interface Scene {
  readonly promptId: string;
  readonly author: Person;
  readonly reviewer: Person;
  readonly viewer: Person;
}

const before = 'Hello {{.name}}, we never refund.';
const after = 'Dear {{.name}}, we refund within a week.';

/** A prompt with a live version and a stable one, and three people in its team. */
async function scene(harness: ConsoleHarness): Promise<Scene> {
  const [author, reviewer, viewer] = await Promise.all(
    ['ada', 'grace', 'alan'].map((name) => harness.person(name)),
  );
  if (author === undefined || reviewer === undefined || viewer === undefined)
    throw new Error('somebody is missing');
  const { token, teamId } = author;
  const members = `/v1/teams/${teamId}/members`;
  for (const { userId } of [reviewer, viewer]) {
    await harness.api.call('POST', members, { token, body: { user_id: userId } });
  }
  await harness.api.call('PUT', `${members}/${viewer.userId}/role`, { token, body: { role: 'viewer' } });
  const body = { name: 'Billing reply' };
  const made = await harness.shape('POST', `/v1/teams/${teamId}/prompts`, { token, body });
  const promptId = made.text('prompt', 'id');
  const versions = `/v1/prompts/${promptId}/versions`;
  for (const template of [before, after]) {
    await harness.api.call('POST', versions, { token, body: { template } });
  }
  for (const version of [1, 1, 2]) {
    await harness.api.call('POST', `${versions}/${version}/promote`, { token });
  }
  const payload = { name: 'A customer', variables: { name: 'Ada' } };
  await harness.api.call('POST', `/v1/prompts/${promptId}/payloads`, { token, body: payload });
  return { promptId, author, reviewer, viewer };
}

const production = {
  name: 'Production',
  match: { slugs: ['billing_*'], transitions: ['live', 'tag'], tags: ['prod'] },
  require: { approvals: 1 },
};

async function withPolicy(harness: ConsoleHarness): Promise<Scene> {
  const made = await scene(harness);
  const { token, teamId } = made.author;
  await harness.api.call('POST', `/v1/teams/${teamId}/prompt-policies`, { token, body: production });
  return made;
}

/** Proposes to make version 2 live through the API. Returns the request's id. */
async function proposed(harness: ConsoleHarness, { promptId, author }: Scene): Promise<string> {
  const made = await harness.shape('POST', `/v1/prompts/${promptId}/change-requests`, {
    token: author.token,
    body: {
      title: 'Promise refunds',
      description: 'The law asks for it: https://example.com/refunds.',
      change: { kind: 'promote', version: 2, to: 'live' },
    },
  });
  return made.text('change_request', 'id');
}

async function liveVersion(harness: ConsoleHarness, { promptId, author: { token } }: Scene): Promise<number> {
  const list = await harness.shape('GET', `/v1/prompts/${promptId}/versions`, { token });
  const versions = list.at('versions');
  if (!Array.isArray(versions)) throw new TypeError('no versions');
  return versions.find((one) => one.status === 'live')?.version ?? 0;
}

const card = (page: Page, version: number) => page.getByRole('article', { name: `Version ${version}` });
const question = (page: Page) => page.getByRole('alertdialog');

export function reviewStories(started: () => ConsoleHarness): void {
  describe('a change that needs a review', () => {
    it('is proposed by one, approved by another by keyboard alone, and applied by the first', async () => {
      const harness = started();
      const made = await scene(harness);
      const { promptId, author, reviewer, viewer } = made;

      // Ada makes a policy, reads it as a sentence, and tries it on the prompt.
      const ada = await harness.open(`/teams/${author.teamId}?tab=settings`, { person: author });
      await ada.getByRole('button', { name: 'New policy' }).click();
      const form = ada.getByRole('dialog');
      await form.getByLabel('Name').fill('Production');
      await form.getByLabel('Slugs').fill('billing_*');
      await form.getByLabel('Try a slug').fill('faq');
      await form.getByText('“faq” does not match.').waitFor();
      await form.getByLabel('Try a slug').fill('billing_reply');
      await form.getByText('“billing_reply” matches.').waitFor();
      await form.getByRole('button', { name: 'Create policy' }).click();
      await toastSays(ada, 'Saved the policy “Production”');
      await ada
        .getByRole('list', { name: 'Policies' })
        .getByText('Prompts billing_*: making a version live needs 1 approval by an admin or an editor')
        .waitFor();
      const trial = ada.getByRole('form', { name: 'Try it on a prompt' });
      await trial.getByLabel('Try it on a prompt').fill('billing_reply');
      await trial.getByRole('button', { name: 'Try', exact: true }).click();
      await trial.getByText('0 of 1 approval').waitFor();

      // “Make live” has become “Propose”, and its dialog says why.
      await ada.goto(`/prompts/${promptId}`);
      await ada.getByText('“Production” asks for a review before another version goes live').waitFor();
      await card(ada, 2).getByRole('button', { name: 'Propose to make it live' }).click();
      await question(ada).getByText('The policy “Production” requires a review first.').waitFor();
      await question(ada).getByLabel('Title').fill('Promise refunds');
      await question(ada).getByRole('button', { name: 'Propose', exact: true }).click();
      await toastSays(ada, 'Proposed “Promise refunds”');
      await ada.getByRole('button', { name: 'Open request #1' }).click();
      await ada.getByText('Waiting for review').waitFor();
      const apply = ada.getByRole('button', { name: 'Apply', exact: true });
      expect(await apply.getAttribute('aria-disabled')).toBe('true');
      const path = new URL(ada.url()).pathname;

      // Alan, a viewer, sees why he can neither approve nor apply it.
      const alan = await harness.open(path, { person: viewer });
      await alan.getByText('Your approval won’t count').waitFor();
      await alan.getByText('“Production” asks for a team admin or editor.').waitFor();
      await alan.getByRole('button', { name: 'Apply', exact: true }).hover();
      await alan.getByRole('tooltip').getByText('Only team editors and admins can do this.').waitFor();
      await alan.getByRole('button', { name: 'Approve' }).click();
      await alan.getByRole('dialog').getByText('Your review won’t count').waitFor();
      await alan.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
      await alan
        .getByRole('list', { name: 'Reviewers' })
        .getByText('Doesn’t count: the policy doesn’t accept their role.')
        .waitFor();

      // Grace touches no mouse: inbox, first item, what differs, approve.
      const grace = await harness.open('/prompts', { person: reviewer });
      await grace.getByRole('link', { name: 'Inbox 1 pending' }).waitFor();
      await grace.keyboard.press('g');
      await grace.keyboard.press('i');
      const item = grace.getByRole('list', { name: 'Inbox' }).getByRole('link', { name: 'Promise refunds' });
      await item.waitFor();
      await grace.keyboard.press('j');
      await eventually(() => item.evaluate((node) => node === node.ownerDocument.activeElement), {
        what: 'the focus on the request',
      });
      await grace.keyboard.press('Enter');
      const check = grace.getByRole('region', { name: 'Check with saved payloads' });
      await check.getByText('Dear Ada, we refund within a week.').first().waitFor();
      await grace.keyboard.press('a');
      await grace.getByRole('dialog').getByLabel('Comment (optional)').waitFor();
      await grace.keyboard.type('Agreed with legal');
      await grace.keyboard.press('Control+Enter');
      await toastSays(grace, 'Approved “Promise refunds”');
      await grace.getByRole('list', { name: 'Timeline' }).getByText('Agreed with legal').waitFor();
      expect(await liveVersion(harness, made)).toBe(1);

      // Ada applies what was approved.
      await ada.reload();
      await ada.getByText('Ready to apply').waitFor();
      await apply.click();
      await question(ada).getByRole('button', { name: 'Apply' }).click();
      await toastSays(ada, 'Applied “Promise refunds”');
      await ada.getByRole('list', { name: 'Timeline' }).getByText('applied it').waitFor();
      expect(await liveVersion(harness, made)).toBe(2);
      await grace.goto('/inbox');
      await grace.getByText('No pending requests').waitFor();
    }, 300_000);

    it('is reviewed as it is, not as it was when the page was opened', async () => {
      const harness = started();
      const made = await withPolicy(harness);
      const { promptId, author, reviewer } = made;
      const { token } = author;
      const versions = `/v1/prompts/${promptId}/versions`;
      await harness.api.call('POST', versions, { token, body: { template: 'First words' } });
      const request = await harness.shape('POST', `/v1/prompts/${promptId}/change-requests`, {
        token,
        body: { title: 'A new voice', change: { kind: 'promote', version: 3, to: 'live' } },
      });
      const grace = await harness.open(`/requests/${request.text('change_request', 'id')}`, {
        person: reviewer,
      });
      await grace.getByText('First words').first().waitFor();
      await grace.getByRole('button', { name: 'Approve' }).click();
      await harness.api.call('PUT', `${versions}/3`, { token, body: { template: 'Second thoughts' } });
      await grace.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
      await toastSays(grace, 'Your review was not sent');

      // What she sees next is new, and says so before she can approve it.
      await grace.getByText('Second thoughts').first().waitFor();
      await grace.getByText('This request changed since you opened it').waitFor();
      expect(await grace.getByRole('button', { name: 'Approve' }).getAttribute('aria-disabled')).toBe('true');
      await grace.getByRole('button', { name: 'Review the new content' }).click();
      await grace.keyboard.press('r');
      await grace.getByRole('dialog').getByLabel('What should change').fill('Thoughts, not words');
      await grace.getByRole('dialog').getByRole('button', { name: 'Request changes' }).click();
      await grace.getByText('Changes requested', { exact: true }).waitFor();
      await grace.getByLabel('Comment', { exact: true }).fill('See https://example.com/voice.');
      await grace.getByRole('button', { name: 'Comment', exact: true }).click();
      const link = grace.getByRole('link', { name: 'https://example.com/voice' });
      await link.waitFor();
      expect(await link.getAttribute('rel')).toBe('nofollow noopener');
    }, 300_000);

    it('is made against the policy in an emergency, until another administrator has seen it', async () => {
      const harness = started();
      const made = await withPolicy(harness);
      const { promptId, author, reviewer } = made;
      const { token, teamId } = author;
      await harness.api.call('PUT', `/v1/teams/${teamId}/members/${reviewer.userId}/role`, {
        token,
        body: { role: 'admin' },
      });
      const ada = await harness.open(`/prompts/${promptId}`, { person: author });
      await card(ada, 2).getByRole('button', { name: 'Propose to make it live' }).click();
      await question(ada).getByRole('button', { name: 'Override the policy' }).click();
      await question(ada).getByLabel('Reason').fill('Outage INC-7 – rückgängig');
      await question(ada).getByRole('button', { name: 'Override and make live' }).click();
      await toastSays(ada, 'Version 2 is live');

      const grace = await harness.open('/prompts', { person: reviewer });
      await grace.getByText('A change to billing_reply overrode a policy').waitFor();
      await grace.getByText('Outage INC-7 – rückgängig').waitFor();
      await grace.getByRole('link', { name: 'Review it' }).click();
      await grace.getByRole('button', { name: 'Acknowledge' }).click();
      await grace.getByText('and an administrator acknowledged it').waitFor();
    }, 300_000);

    it('has a lock where it is a protected tag', async () => {
      const harness = started();
      const made = await withPolicy(harness);
      const { promptId, author } = made;
      const ada = await harness.open(`/prompts/${promptId}`, { person: author });
      await card(ada, 2).getByRole('button', { name: 'Actions for version 2' }).click();
      await ada.getByRole('menuitem', { name: 'Add tag' }).click();
      const dialog = ada.getByRole('dialog');
      await dialog.getByLabel('Tag', { exact: true }).fill('beta');
      await dialog.getByRole('button', { name: 'Set tag' }).waitFor();
      await dialog.getByLabel('Tag', { exact: true }).fill('prod');
      await dialog.getByText('The policy “Production” requires a review first.').waitFor();
      await dialog.getByRole('button', { name: 'Propose', exact: true }).click();
      await toastSays(ada, 'Proposed “Set the tag “prod” on version 2”');
      await ada.getByRole('tab', { name: 'Requests' }).click();
      await ada
        .getByRole('list', { name: 'Change requests' })
        .getByRole('link', { name: 'Set the tag “prod” on version 2' })
        .waitFor();
    }, 300_000);
  });

  describe('a payload', () => {
    it('has assertions that a promotion shows, and a snapshot', async () => {
      const harness = started();
      const { promptId, author } = await scene(harness);
      const page = await harness.open(`/prompts/${promptId}/versions/2`, { person: author });
      const choosePayload = async (name: string): Promise<void> => {
        await page.getByRole('button', { name: 'Payload actions' }).click();
        await page.getByRole('menuitem', { name }).click();
      };
      await choosePayload('Add assertions');
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Add assertion' }).click();
      const first = dialog.getByRole('group', { name: 'Assertion 1' });
      await first.getByLabel('Text').fill('never refund');
      await dialog.getByRole('button', { name: 'Add assertion' }).click();
      const second = dialog.getByRole('group', { name: 'Assertion 2' });
      await second.getByRole('combobox', { name: 'Assertion' }).click();
      await page.getByRole('option', { name: 'Matches', exact: true }).click();
      await second.getByLabel('Pattern (RE2)').fill('(?=a)');
      await dialog.getByRole('button', { name: 'Save assertions' }).click();
      await dialog.getByText('Invalid assertions: assertions.1.value: is no RE2 pattern').waitFor();
      await second.getByLabel('Pattern (RE2)').fill('^Dear Ada');
      await dialog.getByRole('button', { name: 'Save assertions' }).click();
      await toastSays(page, 'Saved the assertions of “A customer”');

      await choosePayload('Snapshot');
      await dialog.getByText('This is what version 2 renders with this payload.').waitFor();
      await dialog.getByRole('button', { name: 'Accept the output of version 2' }).click();
      await toastSays(page, 'Accepted the output of version 2 as the snapshot of “A customer”');
      await choosePayload('Snapshot');
      await dialog.getByText('Version 2 matches the snapshot.').waitFor();
      await page.keyboard.press('Escape');

      await page.goto(`/prompts/${promptId}`);
      await card(page, 2).getByRole('button', { name: 'Make live' }).click();
      const check = question(page).getByRole('region', { name: 'Check with saved payloads' });
      await check.getByText('1 of 1 payload failed with this version.').waitFor();
      await check.getByRole('button', { name: 'A customer' }).click();
      await check
        .getByRole('list', { name: 'Assertions' })
        .getByText('does not contain "never refund"')
        .waitFor();
      await question(page).getByRole('button', { name: 'Make live anyway' }).waitFor();
    }, 300_000);
  });

  describe('an API key', () => {
    it('is limited when it is made, and the list says to what', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const page = await harness.open(`/orgs/${owner.organizationId}/keys`, { person: owner });
      await page.getByRole('button', { name: 'New API key' }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('checkout');
      await choose(page, 'Prompts', 'Selected prompts');
      await dialog.getByLabel('Slugs').fill('billing_*, faq');
      await choose(page, 'Versions', 'Live version and tags');
      await dialog.getByLabel('Versions with these tags').fill('prod');
      await dialog.getByRole('button', { name: 'Create key' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
      await page.getByText('Prompts: billing_*, faq').waitFor();
      await page.getByText('Versions: live, prod').waitFor();
    }, 300_000);
  });

  describe('the audit log', () => {
    it('holds promotions and keys beside everything else, and can be filtered, exported and verified', async () => {
      const harness = started();
      const { author } = await scene(harness);
      const { token, organizationId } = author;
      const key = { name: 'checkout', operation: 'read_render', org_id: organizationId };
      await harness.api.call('POST', '/v1/api-keys', { token, body: key });
      const page = await harness.open(`/orgs/${organizationId}/audit`, { person: author });
      const log = page.getByRole('list', { name: 'Audit log' });
      // The chain follows the changes.
      await eventually(
        async () => {
          await page.reload();
          await log.getByText('created the API key “checkout”').waitFor({ timeout: 15_000 });
          await log.getByText('made version 1 live').waitFor({ timeout: 15_000 });
          return true;
        },
        { timeoutMs: 120_000, what: 'entries of all services' },
      );
      await log.getByText(`${author.email} `).first().waitFor();
      await page.getByRole('button', { name: 'Verify' }).click();
      await page.getByText('Every entry follows the one before it').waitFor();

      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
      const contexts = lines.map((line): unknown => JSON.parse(line).context);
      expect(new Set(contexts)).toEqual(new Set(['identity', 'tenancy', 'registry']));

      await choose(page, 'Action', 'API keys');
      await log.getByText('created the API key “checkout”').waitFor();
      await log.getByText('made version 1 live').waitFor({ state: 'detached' });
      // Times are exact.
      await log
        .getByText(/ \d\d:\d\d:\d\d$/)
        .first()
        .waitFor();
      const table = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export these as CSV' }).click();
      const csv = await readFile(await (await table).path(), 'utf8');
      expect(csv).toContain(`${author.email},,,api_key.created,created the API key “checkout”`);
      expect(csv).not.toContain('version.promoted');
    }, 300_000);
  });

  describe('the pages of reviews', () => {
    it('are accessible and fit, in both themes and widths', async () => {
      const harness = started();
      const made = await withPolicy(harness);
      const { promptId, author, reviewer, viewer } = made;
      const id = await proposed(harness, made);
      await harness.inspect('inbox-requests', '/inbox', reviewer, async (page) => {
        await page.getByRole('list', { name: 'Inbox' }).getByText('Promise refunds').waitFor();
      });
      const shown = await harness.shape('GET', `/v1/change-requests/${id}`, { token: reviewer.token });
      const body = { content_hash: shown.text('change_request', 'binding', 'content_hash') };
      await harness.api.call('POST', `/v1/change-requests/${id}/reviews`, {
        token: viewer.token,
        body: { ...body, verdict: 'approve' },
      });
      await harness.api.call('POST', `/v1/change-requests/${id}/reviews`, {
        token: reviewer.token,
        body: { ...body, verdict: 'request_changes', comment: 'Which law?' },
      });
      await harness.inspect('request', `/requests/${id}`, author, async (page) => {
        await page.getByRole('list', { name: 'Timeline' }).getByText('Which law?').waitFor();
        await page.getByRole('region', { name: 'Check with saved payloads' }).waitFor();
      });
      await harness.inspect('proposal', `/prompts/${promptId}`, author, async (page) => {
        if (!(await question(page).isVisible())) {
          await card(page, 2).getByRole('button', { name: 'Propose to make it live' }).click();
        }
        await question(page).getByText('requires a review first').waitFor();
      });
      await harness.inspect('policies', `/teams/${author.teamId}?tab=settings`, author, async (page) => {
        await page.getByRole('list', { name: 'Policies' }).getByText('Production').waitFor();
      });
      await harness.inspect('policy', `/teams/${author.teamId}?tab=settings`, author, async (page) => {
        if (await page.getByRole('dialog').isVisible()) return;
        await page.getByRole('button', { name: 'Actions for policy Production' }).click();
        await page.getByRole('menuitem', { name: 'Edit' }).click();
        await page.getByRole('dialog').getByLabel('Slugs').waitFor();
      });
      await harness.inspect('requests', `/teams/${author.teamId}?tab=requests`, author, async (page) => {
        await page.getByRole('list', { name: 'Change requests' }).getByText('Promise refunds').waitFor();
      });
      await harness.inspect('assertions', `/prompts/${promptId}/versions/2`, author, async (page) => {
        if (await page.getByRole('dialog').isVisible()) return;
        await page.getByRole('button', { name: 'Payload actions' }).click();
        await page.getByRole('menuitem', { name: 'Add assertions' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Add assertion' }).click();
        await page.getByRole('group', { name: 'Assertion 1' }).waitFor();
      });
    }, 300_000);
  });
}
