/** Stories about a user's own account. */
import { eventually } from '@px0/testing';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ConsoleHarness, PASSWORD, toastSays } from './console-harness.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

export function accountStories(started: () => ConsoleHarness): void {
  describe('an account', () => {
    it('is registered, verified by the mailed code, logged out of and into again', async () => {
      const harness = started();
      const email = `newcomer-${Date.now()}@example.com`;
      const page = await harness.open('/');
      await heading(page, 'Log in').waitFor();
      await page.getByRole('link', { name: 'Create an account' }).click();
      await heading(page, 'Create an account').waitFor();
      await page.getByLabel('Email').fill(email);
      await page.getByLabel('Password', { exact: true }).fill('weak');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByRole('alert').getByText('Password must be at least 8 characters.').waitFor();
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Create account' }).click();

      await heading(page, 'Verify your email').waitFor();
      await page.getByLabel('Code').fill('not it');
      await page.getByRole('button', { name: 'Verify' }).click();
      await page.getByRole('alert').getByText('This code is wrong or has expired.').waitFor();
      // Leaving and coming back does not skip the verification.
      await page.goto('/prompts');
      await heading(page, 'Verify your email').waitFor();
      await page.getByLabel('Code').fill(await harness.code(email));
      await page.getByRole('button', { name: 'Verify' }).click();
      await heading(page, 'Prompts').waitFor();

      await page.getByRole('button', { name: `Account: ${email}` }).click();
      await page.getByRole('menuitem', { name: 'Log out' }).click();
      await heading(page, 'Log in').waitFor();
      await page.getByLabel('Email').fill(email);
      await page.getByLabel('Password', { exact: true }).fill('Wrong-horse-1');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('alert').getByText('Wrong email or password.').waitFor();
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Log in' }).click();
      await heading(page, 'Prompts').waitFor();
    }, 300_000);

    it('gets a new password by the mailed code when the old one is forgotten, which ends its sessions', async () => {
      const harness = started();
      const person = await harness.person('forgetful');
      const verification = await harness.code(person.email);
      const inside = await harness.open('/account', { person });
      // Of the first steps, which are asked for last: from then on the page asks for nothing by itself.
      const asked = `performance.getEntriesByType('resource').some(({ name }) => name.includes('include=summary'))`;
      await expect.poll(() => inside.evaluate(asked), { timeout: 60_000 }).toBe(true);
      await heading(inside, 'Your account').waitFor();

      const page = await harness.open('/login');
      await page.getByLabel('Email').fill(person.email);
      await page.getByRole('link', { name: 'Forgot password?' }).click();
      await page.getByRole('button', { name: 'Send code' }).click();
      await heading(page, 'Set a new password').waitFor();
      await page.getByLabel('Code').fill(await harness.code(person.email, verification));
      await page.getByLabel('New password').fill('Battery-staple-2');
      await page.getByRole('button', { name: 'Set password' }).click();
      await heading(page, 'Log in').waitFor();
      await page.getByLabel('Password', { exact: true }).fill('Battery-staple-2');
      await page.getByRole('button', { name: 'Log in' }).click();
      await heading(page, 'Prompts').waitFor();

      // The session that was open elsewhere has ended: its next step leads to the login, and from there back.
      await inside.getByRole('link', { name: 'People' }).click();
      await inside.getByText('Your session has ended.').waitFor();
      await inside.getByLabel('Email').fill(person.email);
      await inside.getByLabel('Password', { exact: true }).fill('Battery-staple-2');
      await inside.getByRole('button', { name: 'Log in' }).click();
      await heading(inside, 'People').waitFor();
    }, 300_000);

    it('changes its address and its password, and ends by the typed word', async () => {
      const harness = started();
      const person = await harness.person('mover');
      const page = await harness.open('/account', { person });
      const next = `moved-${person.email}`;
      await page.getByLabel('Email').fill(next);
      await page.getByRole('button', { name: 'Update email' }).click();
      await toastSays(page, 'Email updated');
      await page.getByRole('button', { name: `Account: ${next}` }).waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('button', { name: `Account: ${person.email}` }).waitFor();

      await page.getByLabel('Current password').fill('Wrong-horse-1');
      await page.getByLabel('New password').fill('Battery-staple-2');
      await page.getByRole('button', { name: 'Update password' }).click();
      await page.getByRole('alert').getByText('Wrong current password.').waitFor();
      await page.getByLabel('Current password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Update password' }).click();
      await toastSays(page, 'Password updated');
      await page.reload();
      const activity = page.getByRole('list', { name: 'Recent activity' });
      await activity.getByText('Password updated').waitFor();
      await activity.getByText('Logged in').first().waitFor();

      await page.getByRole('button', { name: 'Delete account' }).click();
      const dialog = page.getByRole('alertdialog');
      await dialog.getByRole('textbox').fill('something else');
      expect(await dialog.getByRole('button', { name: 'Delete account' }).getAttribute('aria-disabled')).toBe(
        'true',
      );
      await dialog.getByRole('textbox').fill(person.email);
      await dialog.getByRole('button', { name: 'Delete account' }).click();
      await heading(page, 'Log in').waitFor();
      await page.getByLabel('Email').fill(person.email);
      await page.getByLabel('Password', { exact: true }).fill('Battery-staple-2');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('alert').getByText('Wrong email or password.').waitFor();
    }, 300_000);

    it('that ends its session in one tab ends it in all', async () => {
      const harness = started();
      const person = await harness.person('tabs');
      const first = await harness.open('/prompts', { person });
      await heading(first, 'Prompts').waitFor();
      const second = await first.context().newPage();
      await second.goto('/inbox');
      await heading(second, 'Inbox').waitFor();
      await second.getByRole('button', { name: /^Account: / }).click();
      await second.getByRole('menuitem', { name: 'Log out' }).click();
      await heading(first, 'Log in').waitFor();
    }, 300_000);
  });

  describe('the keyboard', () => {
    it('leads everywhere: palette, sequences, and a sheet that names them', async () => {
      const harness = started();
      const person = await harness.person('keys');
      const page = await harness.open('/prompts', { person });
      await heading(page, 'Prompts').waitFor();
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Search or jump to…').fill('audit');
      await page.keyboard.press('Enter');
      await heading(page, 'Audit log').waitFor();
      await page.getByPlaceholder('Search or jump to…').waitFor({ state: 'hidden' });
      // The second key of a sequence must follow soon, which a busy machine may miss.
      const toTeams = async (): Promise<boolean> => {
        await page.keyboard.press('g');
        await page.keyboard.press('t');
        return await heading(page, 'Teams')
          .waitFor({ timeout: 15_000 })
          .then(() => true);
      };
      await eventually(toTeams, { timeoutMs: 120_000, what: 'the page of the teams' });
      await page.keyboard.press('?');
      const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await sheet.getByText('New team').waitFor();
      await harness.expectAccessible(page);
      await sheet.getByRole('checkbox').click();
      await page.keyboard.press('Escape');
      await sheet.waitFor({ state: 'hidden' });
      // Once turned off, letters do nothing, but shortcuts with a modifier keep working.
      await page.keyboard.press('c');
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Search or jump to…').waitFor();
      await harness.expectAccessible(page);
      expect(await page.getByRole('dialog', { name: 'New team' }).count()).toBe(0);
    }, 300_000);
  });

  describe('the pages of accounts', () => {
    it('are accessible and fit, in both themes and widths', async () => {
      const harness = started();
      for (const [name, title] of [
        ['login', 'Log in'],
        ['register', 'Create an account'],
        ['verify-email', 'Verify your email'],
        ['forgot-password', 'Reset your password'],
        ['reset-password', 'Set a new password'],
      ] as const) {
        await harness.inspect(name, `/${name}`, undefined, (page) => heading(page, title).waitFor());
      }
      const person = await harness.person('grace');
      await harness.inspect('account', '/account', person, (page) => heading(page, 'Your account').waitFor());
      await harness.inspect('not-found', '/nothing/here', person, (page) =>
        page.getByText('Page not found').waitFor(),
      );
    }, 300_000);
  });
}
