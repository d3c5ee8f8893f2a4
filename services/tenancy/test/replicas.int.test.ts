/** Two replicas of tenancy on one database: what one decides the other keeps to, and either may go at any time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Founder, RunningTenancy } from './running-tenancy.ts';

let one: RunningTenancy;
let two: RunningTenancy;

beforeAll(async () => {
  one = await RunningTenancy.start();
  two = await one.startReplica();
});
afterAll(async () => {
  await two?.stopService();
  await one?.stop();
});

const organizationsReply = z.object({ organizations: z.array(z.object({ id: z.string() })) });

describe('two replicas', () => {
  it('place a new user once, whichever is asked', async () => {
    for (let index = 0; index < 5; index++) {
      const user = await one.identity.register();
      const replies = await Promise.all(
        [one, two].map((replica) => replica.call(user, 'GET', '/v1/me/orgs')),
      );
      const [mine, yours] = replies.map(({ body }) => organizationsReply.parse(body).organizations);
      expect(mine).toHaveLength(1);
      expect(yours).toEqual(mine);
    }
  });

  it('keep the last admin against each other', async () => {
    for (let round = 0; round < 5; round++) {
      const founder = await one.founder();
      const other = await one.memberOf(founder, founder.teamId, 'admin');
      await one.memberOf(founder, founder.teamId);
      two.sawAsMuchAs(one);
      const leave = (replica: RunningTenancy, by: { token: string }) =>
        replica.call(by, 'DELETE', `/v1/me/teams/${founder.teamId}`);
      const replies = await Promise.all([leave(one, founder), leave(two, other)]);
      expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    }
  });

  it('read what the other wrote', async () => {
    const founder: Founder = await one.founder();
    for (let index = 0; index < 5; index++) {
      const [writer, reader] = index % 2 === 0 ? [one, two] : [two, one];
      const teamId = await writer.createTeam(founder, founder.orgId);
      reader.sawAsMuchAs(writer);
      const reply = await reader.call(founder, 'GET', `/v1/teams/${teamId}/members`);
      expect(reply).toMatchObject({ status: 200, body: { total: 1 } });
    }
  });

  it('take over from each other: the one that places users goes, the other places the next', async () => {
    await one.stopService();
    const user = await one.identity.register();
    two.sawAsMuchAs(one);
    const reply = await two.call(user, 'GET', '/v1/me/orgs');
    expect(organizationsReply.parse(reply.body).organizations).toHaveLength(1);
    await one.startService();
  });
});
