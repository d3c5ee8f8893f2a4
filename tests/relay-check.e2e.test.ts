/** `px0 relay check` against a real render process and a real relay behind a proxy that can be cut. */
import { eventually, freePort } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { px0 } from '../packages/cli/test/command.ts';
import { RelayFixture } from '../services/render/test/relay-fixture.ts';

let house: RelayFixture;

beforeAll(async () => {
  house = await RelayFixture.start();
});

afterAll(() => house?.stop());

it('says whose address is wrong, and which of the two refuses the key', async () => {
  const { token } = await house.caller();
  const check = async (relay: string, upstream: string, key = token) =>
    await px0(['relay', 'check', relay, '--upstream', upstream], { env: { PX0_ACCESS_TOKEN: key } });
  const { url } = house.px0;
  expect(await check(url, url)).toMatchObject({
    code: 7,
    stderr: `px0: ${url} is not a relay: its /readyz does not tell of an upstream\n`,
  });
  const away = `http://127.0.0.1:${await freePort()}`;
  expect(await check(away, url)).toMatchObject({
    code: 8,
    stderr: `px0: the relay at ${away} cannot be reached: ECONNREFUSED\n`,
  });
  const relay = await house.begin((await house.caller()).token);
  await eventually(async () => (await check(relay.url, url)).code === 3, {
    what: 'a relay that refuses the key',
  });
  expect((await check(relay.url, url)).stderr).toBe(
    `px0: the relay at ${relay.url} refuses the API key: unauthorized (the API key is unknown or was deleted)\n`,
  );
});

it('compares a relay with px0 while it follows, and when it is cut off', async () => {
  const { teamId, token } = await house.caller();
  const prompt = (slug: string, text: string, id?: string) => {
    const versions = [{ number: 1, template: text, status: 'live' as const }];
    return house.px0.prompt({ teamId, slug, versions, ...(id !== undefined && { id }) });
  };
  const id = await prompt('greeting', 'Hello');
  await prompt('farewell', 'Bye');
  await house.px0.caughtUp(token);
  const relay = await house.relay(token);
  const env = { PX0_HOST: house.px0.url, PX0_ACCESS_TOKEN: token };
  const check = async (...args: string[]) =>
    await px0(['relay', 'check', relay.url, '--json', ...args], { env });

  // The relay is ready with its first state, and may hear of the second prompt a moment later.
  await eventually(async () => (await check()).code === 0, { what: 'an equal relay' });
  const equal = JSON.parse((await check()).stdout);
  expect(equal).toMatchObject({
    ...{ equal: true, fresh: true, relay: { count: 2, connected: true, stale: false } },
    upstream: { url: house.px0.url, count: 2, stale: false },
  });
  expect(equal.relay.digest).toBe(equal.upstream.digest);

  await house.proxy.close();
  await eventually(async () => (await check()).code === 9, { what: 'a relay that is cut off' });
  await prompt('greeting', 'Hello again', id);
  await prompt('third', 'x');
  await house.px0.caughtUp(token);
  const { code, stdout, stderr } = await check();
  expect([code, JSON.parse(stdout)]).toMatchObject([
    9,
    { equal: false, fresh: false, relay: { count: 2, connected: false }, upstream: { count: 3 } },
  ]);
  expect(JSON.parse(stderr).error).toMatch(
    /^the relay differs from px0 at \S+: it lacks third, and holds another state of greeting, and it has not heard from its upstream for \d+ s$/,
  );
});
