/**
 * Vitest's order of test files within a group: those that take long first, so that no core waits at the end for the one file that was begun
 * last. Vitest orders by what it measured in an earlier run, which a fresh clone has not, and then by size; but a file that only gathers
 * stories is small.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of 20 s and more on two busy cores, from the repository's root, the longest first. A long file that is missing here costs time only. */
export const longFiles = [
  // Start platforms.
  'tests/console/console.e2e.test.ts',
  'tests/sdk/python-and-go.e2e.test.ts',
  'tests/sdk/held-prompts.e2e.test.ts',
  'tests/cli.e2e.test.ts',
  'tests/streams/lost-stream.e2e.test.ts',
  'tests/upgrade/rollout.e2e.test.ts',
  'tests/upgrade/narrow-keys.e2e.test.ts',
  'tests/streams/neighbours.e2e.test.ts',
  'tests/streams/rolling-restart.e2e.test.ts',
  'tests/failures.chaos.test.ts',
  'tests/journeys/journeys.e2e.test.ts',
  'tests/recording/recording.e2e.test.ts',
  'tests/review-action.e2e.test.ts',
  'packages/local-platform/src/platform.e2e.test.ts',
  'tests/guides/guides.e2e.test.ts',
  'tests/npm-start.e2e.test.ts',
  'tests/upgrade.e2e.test.ts',
  'tests/api-description/api-fuzz.e2e.test.ts',
  'tests/backup.e2e.test.ts',
  'tests/delivery.e2e.test.ts',
  'tests/database-failover.e2e.test.ts',
  // Start none.
  'services/render/test/delivery-scenarios.int.test.ts',
  'packages/docs/test/site.int.test.ts',
  'packages/owner/test/interrupted-readers.int.test.ts',
  'services/prompt-registry/test/change-request-model.int.test.ts',
  'services/prompt-registry/test/change-requests-apply.int.test.ts',
  'services/prompt-registry/test/change-requests.int.test.ts',
  'services/prompt-registry/test/heavy.int.test.ts',
  'deploy/checks/nats-cluster.int.test.ts',
  'packages/template/src/limits.test.ts',
  'deploy/checks/images.test.ts',
  'deploy/checks/image-steps.test.ts',
  'deploy/checks/helm.test.ts',
];

export class LongestFirstSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const byVitest = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longFiles.indexOf(relative(this.ctx.config.root, moduleId));
      return place === -1 ? longFiles.length : place;
    };
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return byVitest.toSorted((one, other) => group(one) - group(other) || rank(one) - rank(other));
  }
}
