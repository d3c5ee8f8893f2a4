import { describe, expect, it } from 'vitest';
import { BadBody, bodyOrHint, parseBody, parseBodyText } from './parse-body.ts';
import { routes } from './routes/mod.ts';

const id = 'AAAAAAAA-bbbb-4ccc-8ddd-EEEEEEEEEEEE';

describe('parseBody', () => {
  it('does not ask for required fields: the command answers for a missing one', () => {
    expect(parseBody(routes.login, {})).toEqual({});
    expect(parseBody(routes.register, { email: '' })).toEqual({ email: '' });
  });

  it('takes a literal null for an empty object', () => {
    expect(parseBody(routes.createOrg, null)).toEqual({});
    expect(parseBodyText(routes.createOrg, ' null ')).toEqual({});
  });

  it.each([['text'], [5], [true], [[]], [undefined]])('refuses %j as a body', (body) => {
    expect(parseBody(routes.createOrg, body)).toBeUndefined();
  });

  it.each([[''], ['{'], ['{} {}'], ['{"name":"x"} trailing']])('refuses the text %j', (text) => {
    expect(parseBodyText(routes.createOrg, text)).toBeUndefined();
  });

  it('drops null fields and fields that nobody declared', () => {
    expect(parseBody(routes.createOrg, { name: null, colour: 'red', extra: '\0' })).toEqual({});
  });

  it('does not take inherited names for fields', () => {
    expect(parseBodyText(routes.createOrg, '{"__proto__":{"name":"x"}}')).toEqual({});
  });

  it.each([
    [routes.verifyEmail, { code: 5 }],
    [routes.createOrg, { name: ['x'] }],
    [routes.createAPIKey, { team_ids: {} }],
    [routes.createAPIKey, { team_ids: [null] }],
    [routes.renderLive, { variables: [] }],
    [routes.renderLive, { variables: 'x' }],
    [routes.renderLive, { options: [] }],
    [routes.createPromptPayload, { name: 5 }],
  ])('refuses a field of the wrong type (%#)', (route, body) => {
    expect(parseBody(route, body)).toBeUndefined();
  });

  it('refuses a wrong type in a field that is declared only to be ignored', () => {
    expect(parseBody(routes.createTeam, { name: 'x', org_id: 'nope' })).toBeUndefined();
  });

  it.each([[''], ['nope'], [`{${id}}`], [id.replaceAll('-', '')], [5]])('refuses %j as a UUID', (value) => {
    expect(parseBody(routes.addTeamMember, { user_id: value })).toBeUndefined();
    expect(parseBody(routes.createAPIKey, { team_ids: [value] })).toBeUndefined();
  });

  it('takes UUIDs of any version in any letter case, and gives them back in lower case', () => {
    expect(parseBody(routes.addTeamMember, { user_id: id })).toEqual({ user_id: id.toLowerCase() });
    const zero = '00000000-0000-0000-0000-000000000000';
    expect(parseBody(routes.addTeamMember, { user_id: zero })).toEqual({ user_id: zero });
  });

  it('leaves to the command what has an error of its own', () => {
    expect(parseBody(routes.movePrompt, { team_id: '' })).toEqual({ team_id: '' });
    expect(parseBody(routes.updateTeamMemberRole, { role: 'king' })).toEqual({ role: 'king' });
    expect(parseBody(routes.createAPIKey, { operation: 'x', name: '' })).toEqual({
      operation: 'x',
      name: '',
    });
  });

  it('refuses an unknown missing_key, which has no error of its own', () => {
    expect(parseBody(routes.renderLive, { options: { missing_key: 'panic' } })).toBeUndefined();
    expect(parseBody(routes.renderLive, { options: { missing_key: null } })).toEqual({ options: {} });
    expect(parseBody(routes.renderLive, { options: { missing_key: 'zero' } })).toEqual({
      options: { missing_key: 'zero' },
    });
  });

  it('refuses NUL in strings that are stored, also inside JSON values and their keys', () => {
    expect(parseBody(routes.createOrg, { name: 'a\0b' })).toBeUndefined();
    expect(parseBody(routes.createPromptPayload, { variables: { a: ['\0'] } })).toBeUndefined();
    expect(parseBody(routes.createPromptPayload, { variables: { '\0': 1 } })).toBeUndefined();
  });

  it('lets NUL pass in the variables of a render: they are not stored, and `html` has a rule for it', () => {
    expect(parseBody(routes.renderLive, { variables: { a: '\0' } })).toEqual({ variables: { a: '\0' } });
  });

  it('lets NUL pass in what applications report, so that no name takes the counts of others with it', () => {
    const report = {
      service: { name: 'a\0', version: '\0' },
      sdk: '\0',
      rows: [{ slug: '\0', variables: ['\0', 'b'] }],
    };
    expect(parseBody(routes.reportUsage, { reports: [report] })).toEqual({ reports: [report] });
  });

  it('replaces lone surrogates, which no UTF-8 text and no jsonb can hold', () => {
    expect(parseBody(routes.createOrg, { name: 'a\ud800' })).toEqual({ name: 'a\ufffd' });
    expect(parseBody(routes.renderLive, { variables: { 'k\udc00': ['\ud800', '😀'] } })).toEqual({
      variables: { 'k\ufffd': ['\ufffd', '😀'] },
    });
  });

  it('keeps null where any JSON value is allowed, and tells it from an absent field', () => {
    expect(parseBody(routes.createPromptPayload, { variables: null })).toEqual({ variables: null });
    expect(parseBody(routes.updatePromptPayload, { name: null })).toEqual({});
  });

  it('refuses a number beyond the range of a float in render variables', () => {
    expect(parseBodyText(routes.renderLive, '{"variables":{"a":[1e999]}}')).toBeUndefined();
    expect(parseBodyText(routes.renderLive, '{"variables":{"a":1e308}}')).toEqual({
      variables: { a: 1e308 },
    });
  });

  it('keeps the digits of numbers in payloads', () => {
    const text = '{"id":12345678901234567890,"price":1.50,"huge":1e999}';
    const body = parseBodyText(routes.createPromptPayload, `{"variables":${text}}`);
    expect(JSON.stringify(body?.variables)).toBe('{"id":12345678901234567890,"price":1.5,"huge":1e999}');
  });

  it('does not mistake a kept number for an object', () => {
    expect(parseBodyText(routes.createPromptPayload, '{"variables":null,"name":1e999}')).toBeUndefined();
  });

  it.each([
    [routes.renderLive, (depth: number) => `{"variables":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`],
    [routes.createPromptPayload, (depth: number) => `{"variables":${'['.repeat(depth)}${']'.repeat(depth)}}`],
  ])('refuses nesting that would overflow a stack further on (%#)', (route, text) => {
    expect(parseBodyText(route, text(900))).toBeDefined();
    expect(parseBodyText(route, text(1_100))).toBeUndefined();
    expect(parseBodyText(route, text(1_000_000))).toBeUndefined();
  });

  it('keeps a variable named __proto__ as data', () => {
    const body = parseBodyText(routes.renderLive, '{"variables":{"__proto__":"\\ud800"}}');
    expect(Object.getOwnPropertyDescriptor(body?.variables ?? {}, '__proto__')?.value).toBe('\ufffd');
  });

  it('does not look at the body of a route that has none', () => {
    expect(parseBody(routes.deleteMe, 'garbage')).toEqual({});
    expect(parseBodyText(routes.restorePrompt, '{')).toEqual({});
  });
});

describe('what may help the sender of a bad body', () => {
  it.each([
    [routes.renderLive, '{"variables":[]}', { field: ['variables'], must: ['object'] }],
    [routes.renderLive, '[]', { must: ['object'] }],
    [
      routes.renderLive,
      '{"options":{"missing_key":"none"}}',
      { field: ['options.missing_key'], must: ['one-of', 'error', 'default', 'zero'] },
    ],
    [
      routes.renderBatch,
      '{"renders":[{"slug":"a"},{"slug":1}]}',
      { field: ['renders.1.slug'], must: ['string'] },
    ],
    [routes.renderBatch, '{"renders":{}}', { field: ['renders'], must: ['list'] }],
    [routes.addTeamMember, '{"user_id":"me"}', { field: ['user_id'], must: ['uuid'] }],
    [routes.createOrg, '{"name":"a\\u0000"}', { field: ['name'], must: ['storable'] }],
    [
      routes.createPromptPayload,
      '{"variables":{"a":["\\u0000"]}}',
      { field: ['variables'], must: ['storable'] },
    ],
    [
      routes.createPromptPayload,
      `{"variables":${'['.repeat(1_200)}${']'.repeat(1_200)}}`,
      { field: ['variables'], must: ['flatter'] },
    ],
    [routes.createOrg, '{"name":"Acme"', { body: ['json'], at: [['1', '15']] }],
  ])('says what must be where (%#)', (route, text, hint) => {
    const body = bodyOrHint(route, text);
    expect(body instanceof BadBody && body.hint).toEqual(hint);
    expect(parseBodyText(route, text)).toBeUndefined();
  });
});
