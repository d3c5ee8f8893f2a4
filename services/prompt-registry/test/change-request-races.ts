/** One race: everything that can happen to an approved request, at once. */
import { schemas } from '@px0/contracts';
import { expect } from 'vitest';
import { z } from 'zod';
import { requestOf, type Stage } from './change-request-walks.ts';
import type { Bearer, Reply, RunningRegistry } from './running-registry.ts';

const versionAnswer = z.object({ version: schemas.PromptVersion });

/** Whoever wins, what is live is what was approved in place of what was live, or what was live before. */
export async function race(registry: RunningRegistry, { teamId, admin, people }: Stage): Promise<void> {
  const [author, first, second] = people;
  if (author === undefined || first === undefined || second === undefined) throw new Error('nobody is there');
  for (const { person } of people) await registry.tenancy.setMember(teamId, person, 'editor');
  const { id: promptId } = await registry.prompts.create(admin, teamId);
  const at = `/v1/prompts/${promptId}`;
  const call = (by: Bearer, method: string, path: string, body?: object, headers = {}) =>
    registry.call(by, method, path, body, headers);
  for (const number of [1, 2]) {
    await call(admin, 'POST', `${at}/versions`, { template: `before ${number}` });
    await call(admin, 'POST', `${at}/versions/${number}/promote`);
    await call(admin, 'POST', `${at}/versions/${number}/promote`, undefined, { 'px0-break-glass': 'first' });
  }
  await call(author, 'POST', `${at}/versions`, { template: 'proposed' });
  const change = { kind: 'promote', version: 3, to: 'live' };
  const { id, binding } = requestOf(
    await call(author, 'POST', `${at}/change-requests`, { title: 'race', change }),
  );
  const request = `/v1/change-requests/${id}`;
  const review = (by: Bearer) =>
    call(by, 'POST', `${request}/reviews`, { verdict: 'approve', content_hash: binding.content_hash });
  await review(first);
  const [edited, reviewed, promoted, applied] = await Promise.all([
    call(author, 'PUT', `${at}/versions/3`, { template: 'edited' }),
    review(second),
    call(admin, 'POST', `${at}/versions/1/promote`),
    call(admin, 'POST', `${request}/apply`),
  ]);
  expect([200, 422]).toContain(edited.status);
  expect([201, 409]).toContain(reviewed.status);
  // Version 1 comes back without a review, whenever it wants to.
  expect(promoted.status).toBe(200);
  expect([200, 409]).toContain(applied.status);
  await expectHonest(registry, admin, at, request, applied);
}

async function expectHonest(
  registry: RunningRegistry,
  admin: Bearer,
  at: string,
  path: string,
  applied: Reply,
): Promise<void> {
  const request = requestOf(await registry.call(admin, 'GET', path));
  const { version } = versionAnswer.parse((await registry.call(admin, 'GET', `${at}/versions/3`)).body);
  if (applied.status !== 200) {
    expect([request.state, version.status]).toEqual(['open', 'draft']);
    return;
  }
  expect(request.state).toBe('applied');
  expect(version).toMatchObject({ template: 'proposed', content_hash: request.binding.content_hash });
  expect(request.reviews.some(({ counts }) => counts)).toBe(true);
  // What it replaced is what the reviewers saw: version 2, for they reviewed before version 1 came back, or after.
  const live = (await registry.call(admin, 'GET', `${at}/audit`)).body;
  const { entries } = z
    .object({
      entries: z.array(
        z.object({
          action: z.string(),
          version: z.int().nullable(),
          details: z.looseObject({ replaced: z.int().optional() }),
        }),
      ),
    })
    .parse(live);
  const entry = entries.find(
    ({ action, version: number, details }) =>
      action === 'version.promoted' && number === 3 && details.replaced !== undefined,
  );
  expect(entry?.details.replaced).toBe(request.binding.live_version);
}
