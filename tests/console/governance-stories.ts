/** Stories about managing access. */
import { eventually } from '@px0/testing';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, choose, PASSWORD, type Person, toastSays } from './console-harness.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

/** Creates a live prompt in the person's team through the API, and returns its slug. */
async function livePrompt(harness: ConsoleHarness, { token, teamId }: Person): Promise<string> {
  const body = { name: 'Greeting' };
  const created = await harness.shape('POST', `/v1/teams/${teamId}/prompts`, { token, body });
  const versions = `/v1/prompts/${created.text('prompt', 'id')}/versions`;
  await harness.api.call('POST', versions, { token, body: { template: 'Hello' } });
  await harness.api.call('POST', `${versions}/1/promote`, { token });
  await harness.api.call('POST', `${versions}/1/promote`, { token });
  return created.text('prompt', 'slug');
}

export function governanceStories(started: () => ConsoleHarness): void {
  describe('two people', () => {
    it('meet by a join request, and feel each other’s decisions', async () => {
      const harness = started();
      const [owner, guest] = await Promise.all([harness.person('ada'), harness.person('grace')]);
      const ada = await harness.open(`/teams/${owner.teamId}`, { person: owner });
      const grace = await harness.open('/inbox', { person: guest });

      // Grace asks to join, with the ID that Ada has copied for her.
      await ada.getByRole('button', { name: 'Copy team ID' }).click();
      expect(await ada.evaluate('navigator.clipboard.readText()')).toBe(owner.teamId);
      await grace.getByRole('button', { name: 'Request to join a team' }).click();
      await grace.getByLabel('Team ID').fill(owner.teamId);
      await grace.getByRole('button', { name: 'Send request' }).click();
      await toastSays(grace, 'Request sent');

      // The badge leads Ada to the request.
      await ada.reload();
      await ada.getByRole('link', { name: 'Inbox 1 pending' }).click();
      await ada.getByRole('button', { name: `Approve ${guest.email}` }).click();
      await toastSays(ada, `Added ${guest.email} to Default Team`);
      await ada.getByText('No pending requests').waitFor();

      // Grace is now an editor in a second organization: she cannot add members, and reads why.
      await grace.goto(`/teams/${owner.teamId}`);
      await grace.getByText('You are an editor').waitFor();
      const add = grace.getByRole('button', { name: 'Add member' });
      expect(await add.getAttribute('aria-disabled')).toBe('true');
      await add.hover();
      await grace
        .getByRole('tooltip')
        .getByText('Only team admins and organization admins can do this.')
        .waitFor();

      // Ada makes her an admin; after a reload Grace can.
      await ada.goto(`/teams/${owner.teamId}`);
      await choose(ada, `Role of ${guest.email}`, 'Admin');
      await toastSays(ada, `${guest.email} is now an admin`);
      await grace.reload();
      await grace.getByText('You are an admin').waitFor();
      expect(
        await grace.getByRole('button', { name: 'Add member' }).getAttribute('aria-disabled'),
      ).toBeNull();

      // Ada undoes it.
      await ada.getByRole('button', { name: 'Undo' }).click();
      await grace.reload();
      await eventually(
        async () => {
          await grace.reload();
          await grace.getByText('You are an editor').waitFor({ timeout: 15_000 });
          return true;
        },
        { timeoutMs: 120_000 },
      );

      // Ada removes her; the page then tells Grace that she is not in the team.
      await ada.getByRole('button', { name: `Actions for ${guest.email}` }).click();
      await ada.getByRole('menuitem', { name: 'Remove from team' }).click();
      await toastSays(ada, `Removed ${guest.email}`);
      await grace.goto(`/teams/${owner.teamId}`);
      await grace.getByText('You are not in this team').waitFor();
    }, 300_000);

    it('one of whom makes an account for the other do not need a request', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const page = await harness.open(`/teams/${owner.teamId}`, { person: owner });
      const email = `colleague-${Date.now()}@example.com`;
      await page.getByRole('button', { name: 'Add member' }).click();
      await page.getByRole('tab', { name: 'New account' }).click();
      await page.getByRole('textbox', { name: 'Email' }).fill(email);
      await page.getByLabel('Initial password').fill('Battery-staple-2');
      await page.getByRole('button', { name: 'Create account and add' }).click();
      await page.getByText(email, { exact: true }).waitFor();

      const theirs = await harness.open('/login');
      await theirs.getByLabel('Email').fill(email);
      await theirs.getByLabel('Password', { exact: true }).fill('Battery-staple-2');
      await theirs.getByRole('button', { name: 'Log in' }).click();
      await heading(theirs, 'Prompts').waitFor();
      // A member who may not see the keys: the page says whom to ask.
      await theirs.goto(`/orgs/${owner.organizationId}/keys`);
      await theirs.getByText('Only organization admins can manage API keys').waitFor();
      // It says so once, and not as an error.
      expect(await theirs.getByRole('alert').count()).toBe(0);
      await theirs.getByRole('button', { name: /^Organization: / }).click();
      const create = theirs.getByRole('menuitem', { name: /New organization/ });
      expect(await create.getAttribute('aria-disabled')).toBe('true');
      await create.getByText('Only admin accounts can do this.').waitFor();
    }, 300_000);
  });

  describe('somebody new', () => {
    it('is invited by email, joins with a new account, and is found among the people by team and role', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const { token, organizationId } = owner;
      const body = { name: 'Customer support' };
      await harness.api.call('POST', `/v1/orgs/${organizationId}/teams`, { token, body });
      const email = `newcomer-${owner.userId}@example.com`;
      const page = await harness.open(`/orgs/${organizationId}/people`, { person: owner });
      // What people may do here, not what kind of account they have.
      await page.getByText('Organization admin').waitFor();
      expect(await page.getByText('Admin account').count()).toBe(0);
      await page.getByRole('button', { name: 'Invite' }).click();
      await page.getByRole('dialog').getByLabel('Email').fill(email);
      await choose(page, 'Role', 'Viewer');
      await harness.expectAccessible(page);
      await page.getByRole('button', { name: 'Send invitation' }).click();
      const sent = page.getByRole('dialog', { name: `Invited ${email}` });
      const link = (await sent.locator('code').textContent()) ?? '';
      await sent.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('table', { name: 'Pending invitations' }).getByText(email).waitFor();

      // The mail has the same code.
      const { hash } = new URL(link);
      const mailed = await harness.code(email);
      expect(new URL(mailed).hash).toBe(hash);
      const theirs = await harness.open(`/invitation${hash}`);
      await theirs.getByText('You were invited to a team.').waitFor();
      await theirs.getByRole('link', { name: 'Create an account' }).click();
      await theirs.getByLabel('Email').fill(email);
      await theirs.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await theirs.getByRole('button', { name: 'Create account' }).click();
      await theirs.getByLabel('Code').fill(await harness.code(email, mailed));
      await theirs.getByRole('button', { name: 'Verify' }).click();
      await theirs.getByRole('button', { name: 'Accept invitation' }).click();
      await toastSays(theirs, 'You joined Customer support');

      await page.reload();
      const row = page.getByRole('row').filter({ hasText: email });
      await row.getByText('Customer support').waitFor();
      await row.getByText('viewer').waitFor();
      expect(await page.getByText('Pending invitations').count()).toBe(0);
      await choose(page, 'Role', 'Viewer');
      await page.getByRole('row').filter({ hasText: owner.email }).waitFor({ state: 'detached' });
      await row.waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByRole('searchbox', { name: 'Search by email' }).fill('ADA-');
      await row.waitFor({ state: 'detached' });
      await page.getByRole('row').filter({ hasText: owner.email }).waitFor();

      // The code worked once.
      await theirs.goto(`/invitation${hash}`);
      await theirs.getByRole('button', { name: 'Accept invitation' }).click();
      await theirs.getByRole('alert').getByText('This invitation was used or revoked').waitFor();

      // Another team of the organization says how to get in, and remembers who asked.
      await theirs.goto(`/teams/${owner.teamId}`);
      await theirs.getByText('You can’t see this team’s members').waitFor();
      await theirs.getByText('It has 1 member.').waitFor();
      await theirs.getByRole('button', { name: 'Ask to join' }).click();
      await toastSays(theirs, 'Request sent');
      await theirs.reload();
      await theirs.getByRole('button', { name: 'Requested' }).waitFor();
    }, 300_000);
  });

  describe('somebody of a large organization', () => {
    it('is found by the address, however many people there are', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const { token, organizationId } = owner;
      const made = await harness.shape('POST', `/v1/orgs/${organizationId}/teams`, {
        token,
        body: { name: 'Everybody' },
      });
      const [last = '', ...others] = Array.from(
        { length: 101 },
        (_, n) => `p${n}-${owner.userId}@example.com`,
      );
      const register = (email: string) =>
        harness.api.call('POST', '/v1/auth/register', {
          token,
          body: { email, password: PASSWORD, team_id: made.text('team', 'id') },
        });
      // A few at a time: hashing passwords is slow, and identity rejects requests if its queue is too long.
      for (let n = 0; n < others.length; n += 5) await Promise.all(others.slice(n, n + 5).map(register));
      // The list starts with the oldest account, so this one is on the second page.
      await register(last);
      const page = await harness.open(`/teams/${owner.teamId}`, { person: owner });
      await page.getByRole('button', { name: 'Add member' }).click();
      await page.getByLabel('Email or user ID').fill(last);
      await page.getByRole('dialog').getByRole('button', { name: 'Add member' }).click();
      await toastSays(page, `Added ${last} to Default Team`);
    }, 120_000);
  });

  describe('an API key', () => {
    it('is shown once, works, is rotated, and is refused when it was deleted', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const slug = await livePrompt(harness, owner);
      const render = async (key: string): Promise<number> =>
        (await harness.api.request('POST', `/v1/prompts/${slug}/render`, { token: key, body: {} })).status;

      const page = await harness.open(`/orgs/${owner.organizationId}/keys`, { person: owner });
      await page.getByText('No API keys yet').waitFor();
      await page.keyboard.press('c');
      await page.getByRole('textbox', { name: 'Name' }).fill('checkout-service');
      await choose(page, 'Scope', 'Selected teams');
      await page.getByRole('checkbox', { name: 'Default Team' }).click();
      await choose(page, 'Expires', 'In 30 days');
      await harness.expectAccessible(page);
      await page.getByRole('button', { name: 'Create key' }).click();

      const secret = page.getByRole('dialog', { name: 'Your key for checkout-service' });
      await secret.getByRole('button', { name: 'Copy key' }).click();
      const key = String(await page.evaluate('navigator.clipboard.readText()'));
      expect(key).toMatch(/^ak_[0-9a-f]{64}$/);
      await harness.expectAccessible(page);
      await secret.getByRole('button', { name: 'Done' }).click();
      expect(await page.content()).not.toContain(key);
      await page.getByText(`${key.slice(0, 11)}…`).waitFor();
      await page.getByText('by you').waitFor();
      expect(await render(key)).toBe(200);

      await page.getByRole('button', { name: 'Actions for checkout-service' }).click();
      await page.getByRole('menuitem', { name: 'Rotate' }).click();
      await choose(page, 'Old key stays valid for', 'No time');
      await page.getByRole('button', { name: 'Rotate' }).click();
      await secret.getByRole('button', { name: 'Copy key' }).click();
      const successor = String(await page.evaluate('navigator.clipboard.readText()'));
      await secret.getByRole('button', { name: 'Done' }).click();
      expect([await render(key), await render(successor)]).toEqual([401, 200]);

      // A key that was found somewhere is pasted, and is one of them.
      const search = page.getByRole('searchbox', { name: 'Search by name or key' });
      await search.fill(successor);
      await page.getByText(`${key.slice(0, 11)}…`).waitFor({ state: 'detached' });
      await page.getByText(`${successor.slice(0, 11)}…`).waitFor();
      await search.fill('');
      await page.getByText(`${key.slice(0, 11)}…`).waitFor();

      await page.getByRole('button', { name: 'Actions for checkout-service' }).first().click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Delete key' }).click();
      await toastSays(page, 'Deleted checkout-service');
      expect(await render(successor)).toBe(401);
    }, 300_000);
  });

  describe('an organization', () => {
    it('is created, gets teams, is renamed and left by its teams, and is deleted by its typed name', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      const page = await harness.open('/inbox', { person: owner });
      const name = `Analytical Engines ${Date.now()}`;
      await page.getByRole('button', { name: /^Organization: / }).click();
      await page.getByRole('menuitem', { name: 'New organization' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
      await page.getByRole('button', { name: 'Create organization' }).click();
      await page.getByText(`All teams in ${name}`).waitFor();

      await page.keyboard.press('c');
      await page.getByRole('textbox', { name: 'Name' }).fill('Search');
      await page.getByRole('button', { name: 'Create team' }).click();
      await heading(page, 'Search').waitFor();
      await page.getByRole('tab', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Retrieval');
      await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
      await heading(page, 'Retrieval').waitFor();
      await page.getByRole('button', { name: 'Move' }).click();
      await page.getByRole('button', { name: 'Move team' }).click();
      await toastSays(page, 'Moved Retrieval to Default Org');
      await page.getByRole('button', { name: 'Organization: Default Org' }).waitFor();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('alertdialog').getByRole('textbox').fill('Retrieval');
      await page.getByRole('button', { name: 'Delete team' }).click();
      await toastSays(page, 'Deleted Retrieval');
      await heading(page, 'Teams').waitFor();

      await page.getByRole('button', { name: /^Organization: / }).click();
      await page.getByRole('menuitemradio', { name }).click();
      await page.getByRole('link', { name: 'Audit log' }).click();
      await page.getByText('created the team “Search”').waitFor();
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill(`${name} Ltd`);
      await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
      await toastSays(page, `Renamed the organization to ${name} Ltd`);
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('alertdialog').getByRole('textbox').fill(`${name} Ltd`);
      await page.getByRole('button', { name: 'Delete organization' }).click();
      await toastSays(page, `Deleted ${name} Ltd`);
      await page.getByRole('button', { name: 'Organization: Default Org' }).waitFor();
    }, 300_000);
  });

  describe('the pages of governance', () => {
    it('are accessible and fit, in both themes and widths', async () => {
      const harness = started();
      const owner = await harness.person('ada.lovelace');
      const guests = await Promise.all(
        ['grace.hopper', 'alan.turing', 'edsger'].map((name) => harness.person(name)),
      );
      const { token, organizationId, teamId } = owner;
      const made = await harness.shape('POST', `/v1/orgs/${organizationId}/teams`, {
        token,
        body: { name: 'Customer support' },
      });
      const [grace, alan, edsger] = guests;
      for (const person of [grace, alan]) {
        await harness.api.call('POST', `/v1/teams/${teamId}/members`, {
          token,
          body: { user_id: person?.userId },
        });
      }
      await harness.api.call('POST', `/v1/teams/${made.text('team', 'id')}/join-requests`, {
        token: edsger?.token ?? '',
      });
      await harness.api.call('POST', `/v1/teams/${teamId}/invitations`, {
        token,
        body: { email: 'barbara.liskov@example.com', role: 'viewer' },
      });
      for (const [name, operation] of [
        ['checkout-service', 'read_render'],
        ['prompt-importer', 'all'],
      ] as const) {
        await harness.api.call('POST', '/v1/api-keys', {
          token,
          body: { name, operation, org_id: organizationId },
        });
      }
      // Somebody who is in one team of the organization, and has an empty inbox.
      const asGrace: readonly (readonly [name: string, path: string, text: string])[] = [
        ['inbox-empty', '/inbox', 'No pending requests'],
        ['team-of-others', `/teams/${made.text('team', 'id')}`, 'You can’t see this team’s members'],
        ['invitation-link', `/invitation#inv_${'0'.repeat(40)}`, 'You were invited to a team.'],
      ];
      for (const [name, path, text] of asGrace) {
        await harness.inspect(name, path, grace, (page) =>
          page.getByRole('main').getByText(text).first().waitFor(),
        );
      }
      await harness.inspect('login-invited', '/login?next=/invitation', undefined, (page) =>
        page.getByText('You were invited to a team.').waitFor(),
      );
      const pages: readonly (readonly [name: string, path: string, text: string])[] = [
        ['inbox', '/inbox', edsger?.email ?? ''],
        ['teams', `/orgs/${organizationId}/teams`, 'Customer support'],
        ['team', `/teams/${teamId}`, grace?.email ?? ''],
        ['people', `/orgs/${organizationId}/people`, 'barbara.liskov@example.com'],
        ['people-none', `/orgs/${organizationId}/people?q=nobody`, 'No one matches'],
        ['invitation', '/invitation', 'Code or link'],
        ['keys', `/orgs/${organizationId}/keys`, 'prompt-importer'],
        ['audit', `/orgs/${organizationId}/audit`, 'Customer support'],
        ['organization-settings', `/orgs/${organizationId}/settings`, 'Delete organization'],
      ];
      for (const [name, path, text] of pages) {
        await harness.inspect(name, path, owner, (page) =>
          page.getByRole('main').getByText(text).first().waitFor(),
        );
      }
    }, 300_000);
  });
}
