/** What people do with their own accounts. */
import { describe, it } from 'vitest';
import type { ConsoleHarness } from './console-harness.ts';

export function accountStories(started: () => ConsoleHarness): void {
  describe('the entrance', () => {
    it('looks right and is accessible, in both themes and widths', async () => {
      await started().inspect('login', '/login', undefined, (page) =>
        page.getByRole('heading', { name: 'Log in' }).waitFor(),
      );
    }, 60_000);
  });
}
