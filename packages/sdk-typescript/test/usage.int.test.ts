/** Usage on its way to px0, over a real connection. The rules of counting are in usage-vectors.test.ts. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Px0, type Px0Options, TemplateError } from '../src/mod.ts';
import { PlayedPx0 } from './played-px0.ts';

let px0Server: PlayedPx0;

beforeEach(async () => {
  px0Server = await PlayedPx0.start();
});
afterEach(() => px0Server.close());

function remote(options: Px0Options = {}): Px0 {
  return new Px0({
    host: px0Server.host,
    accessToken: 'ak_test',
    retries: 2,
    serviceName: 'checkout',
    ...options,
  });
}

function sentUsage() {
  return px0Server.seen.filter(({ path }) => path === '/v1/delivery/usage');
}

function reported() {
  return sentUsage().flatMap(({ body }) => JSON.parse(body).reports);
}

it('a close reports what was rendered here, with the token of renders, and not what px0 rendered', async () => {
  const client = remote({
    fallbacks: { greeting: 'Hi {{.name}}{{if .fail}}{{index .name 99}}{{end}}' },
    cache: false,
  });
  await client.render('greeting', { name: 'Ada' });
  px0Server.fault = 'reset';
  await client.render('greeting', { name: 'never sent', mood: { 'not a name': 1 } });
  await expect(client.render('greeting', { name: 'Ada', fail: true })).rejects.toThrow(TemplateError);
  await client.close();
  const [report, ...others] = reported();
  expect(others).toEqual([]);
  expect(report).toMatchObject({
    window: 1,
    service: { name: 'checkout' },
    rows: [
      {
        prompt_id: null,
        slug: 'greeting',
        version: null,
        source: 'fallback',
        renders: 1,
        failures: 1,
        variables: ['fail', 'mood', 'name'],
      },
    ],
  });
  expect(report.sdk).toMatch(/^px0-typescript\/\d/);
  const [sent] = sentUsage();
  expect(sent?.headers.authorization).toBe('Bearer ak_test');
  // Any px0 can count.
  expect(sent?.headers).not.toHaveProperty('px0-min-revision');
  expect(sent?.body).not.toMatch(/never sent|not a name/);
});

it('renders of what is kept are counted by their version', async () => {
  const client = remote();
  await client.render('greeting', { name: 'Ada' });
  await client.close();
  expect(sentUsage()).toEqual([]);
  px0Server.fault = 'reset';
  await client.render('greeting', { name: 'Ada' });
  await client.close();
  expect(reported()).toMatchObject([
    { rows: [{ prompt_id: 'p1', slug: 'greeting', version: 3, source: 'cache', renders: 1 }] },
  ]);
});

it('remote renders name the service, also those of the API, and nothing else does', async () => {
  const client = remote();
  await client.render('greeting', { name: 'Ada' });
  const body = JSON.stringify({ variables: { name: 'Ada' } });
  await client.fetch(`${px0Server.host}/v1/prompts/greeting/render`, { method: 'POST', body });
  await client.fetch(`${px0Server.host}/v1/prompts/greeting`);
  await client.close();
  const named = px0Server.seen.map(({ method, headers }) => [method, headers['px0-service']]);
  expect(named.filter(([method]) => method === 'POST')).toEqual([
    ['POST', 'checkout'],
    ['POST', 'checkout'],
  ]);
  expect(named.filter(([, service]) => service !== undefined)).toHaveLength(2);
});

it('a service without a name sends no header', async () => {
  const client = remote({ serviceName: '' });
  await client.render('greeting', { name: 'Ada' });
  expect(px0Server.seen[0]?.headers).not.toHaveProperty('px0-service');
  await client.close();
});

it('with `usage: off` nothing is sent', async () => {
  const client = remote({ usage: 'off', fallbacks: { greeting: 'Hi' }, cache: false });
  px0Server.fault = 'reset';
  await client.render('greeting');
  await client.close();
  expect(sentUsage()).toEqual([]);
});

it('a report is not sent twice within a close, and a px0 that knows no usage stops nobody', async () => {
  px0Server.always = { status: 503, body: { error: 'away' } };
  const client = remote({ fallbacks: { greeting: 'Hi' }, cache: false });
  await client.render('greeting');
  await client.close();
  expect(sentUsage()).toHaveLength(1);
});
