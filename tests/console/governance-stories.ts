/** What people do to govern who may do what. */
import { describe, it } from 'vitest';
import type { ConsoleHarness } from './console-harness.ts';

export function governanceStories(started: () => ConsoleHarness): void {
  describe('governance', () => {
    it('looks right and is accessible, in both themes and widths', async () => {
      const harness = started();
      const owner = await harness.person('ada');
      await harness.inspect('teams', `/orgs/${owner.organizationId}/teams`, owner, (page) =>
        page.getByRole('heading', { level: 1 }).waitFor(),
      );
    }, 60_000);
  });
}
