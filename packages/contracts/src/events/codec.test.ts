import { describe, expect, it } from 'vitest';
import { composeEvent, decodeBody, decodeEvent, encodeBody, encodeEvent } from './codec.ts';
import { EventInvalidError } from './event-invalid-error.ts';
import type { StateOf, VersionTriple } from './states.ts';
import { bodySubject, entityOfSubject, idOfSubject, stateSubject } from './subjects.ts';

const time = '2026-01-02T03:04:05.12Z';
const team: StateOf<'team'> = { org_id: 'o', name: 'Team', is_default: true, created_at: time };
const subject = stateSubject('team', 't');

const envelope = (changes: object) =>
  JSON.stringify({
    ...JSON.parse(encodeEvent({ name: 'team', id: 't', revision: 1, time, state: team })),
    ...changes,
  });

const prompt = (changes: Partial<StateOf<'prompt'>> = {}): StateOf<'prompt'> => ({
  team_id: 't',
  slug: 's',
  name: 'n',
  status: 'active',
  created_at: time,
  updated_at: time,
  live: { number: 1, template: 'Hello' },
  tags: { prod: 1 },
  versions: [[1, 'live', 4]],
  ...changes,
});

describe('subjects', () => {
  it('name the context, the entity and the id', () => {
    expect(subject).toBe('px0.state.tenancy.team.t');
    expect(stateSubject('membership', 't.u')).toBe('px0.state.tenancy.membership.t.u');
    expect(stateSubject('registryComplete', 'registry')).toBe('px0.state.registry.complete.registry');
    expect(stateSubject('epoch', 'current')).toBe('px0.state.stream.epoch.current');
  });

  it('lead back to the entity and the id', () => {
    expect(entityOfSubject('px0.state.identity.api-key.k')).toBe('apiKey');
    expect(entityOfSubject('px0.state.tenancy.complete.tenancy')).toBe('tenancyComplete');
    expect(idOfSubject('px0.state.tenancy.membership.t.u')).toBe('t.u');
  });

  it.each([
    ['px0.state.identity.robot.1'],
    ['px0.state.identity.user'],
    ['px0.body.p.1'],
    [''],
    ['px0.state.x'],
  ])('are ignored when unknown: %j', (unknown) => {
    expect(entityOfSubject(unknown)).toBeUndefined();
  });
});

describe('state events', () => {
  it('are CloudEvents 1.0 whose id is subject and revision', () => {
    const event = {
      name: 'team',
      id: 't',
      revision: 7,
      time,
      traceparent: '00-a-b-01',
      state: team,
    } as const;
    expect(JSON.parse(encodeEvent(event))).toEqual({
      specversion: '1.0',
      id: 'px0.state.tenancy.team.t@7',
      source: '/px0/tenancy',
      type: 'px0.tenancy.team',
      subject,
      time,
      datacontenttype: 'application/json',
      traceparent: '00-a-b-01',
      revision: 7,
      data: team,
    });
  });

  it('come back as they were', () => {
    const text = encodeEvent({ name: 'team', id: 't', revision: 7, time, state: team });
    const event = { name: 'team', id: 't', subject, revision: 7, time, deleted: false, state: team };
    expect(decodeEvent(subject, text)).toEqual(event);
  });

  it('are tombstones without a state', () => {
    const text = encodeEvent({ name: 'team', id: 't', revision: 8, time, state: undefined });
    expect(JSON.parse(text)).toMatchObject({ deleted: true });
    expect(JSON.parse(text)).not.toHaveProperty('data');
    expect(decodeEvent(subject, text)).toEqual({
      name: 'team',
      id: 't',
      subject,
      revision: 8,
      time,
      deleted: true,
      state: undefined,
    });
  });

  it('from a newer writer are read without what this build does not know', () => {
    const decoded = decodeEvent(subject, envelope({ data: { ...team, mood: 'good' }, future: 1 }));
    expect(decoded.state).toEqual(team);
  });

  it.each([
    ['another specversion', { specversion: '2.0' }],
    ['the id of another subject', { id: 'px0.state.tenancy.team.u@1' }],
    ['an id with another revision', { id: `${subject}@2` }],
    ['a revision of zero', { revision: 0, id: `${subject}@0` }],
    ['neither data nor the mark of a tombstone', { data: undefined }],
    ['both', { deleted: true }],
    ['a state that lacks a field', { data: { name: 'x' } }],
    ['a field of the wrong type', { data: { ...team, is_default: 'yes' } }],
    ['null for a state', { data: null }],
  ])('are refused with %s', (_, changes) => {
    expect(() => decodeEvent(subject, envelope(changes))).toThrow(EventInvalidError);
  });

  it('are refused when they are not JSON, or on a subject that is not known', () => {
    expect(() => decodeEvent(subject, '{')).toThrow(EventInvalidError);
    expect(() => decodeEvent('px0.state.tenancy.robot.1', envelope({}))).toThrow(EventInvalidError);
  });

  it('are validated before they are published', () => {
    const broken = prompt({ tags: { prod: 1.5 } });
    const event = { name: 'prompt', id: 'p', revision: 1, time, state: broken } as const;
    expect(() => encodeEvent(event)).toThrow(EventInvalidError);
  });

  it('of prompts keep a tag named __proto__', () => {
    const tags = JSON.parse('{"__proto__":1}');
    const text = encodeEvent({ name: 'prompt', id: 'p', revision: 1, time, state: prompt({ tags }) });
    const decoded = decodeEvent(stateSubject('prompt', 'p'), text);
    expect(decoded.name === 'prompt' && Object.keys(decoded.state?.tags ?? {})).toEqual(['__proto__']);
  });

  it.each([[[[1, 'live']]], [[[1, 'dead', 1]]], [[['1', 'live', 1]]], [{}], [[null]]])(
    'of prompts are refused with the version table %j',
    (versions) => {
      const text = encodeEvent({ name: 'prompt', id: 'p', revision: 1, time, state: prompt() });
      const wrong = JSON.parse(text);
      wrong.data.versions = versions;
      const promptSubject = stateSubject('prompt', 'p');
      expect(() => decodeEvent(promptSubject, JSON.stringify(wrong))).toThrow(EventInvalidError);
    },
  );

  it('of prompts with 100,000 versions come back whole', () => {
    const versions = Array.from({ length: 100_000 }, (_, index): VersionTriple => [index + 1, 'stable', 1]);
    const text = encodeEvent({ name: 'prompt', id: 'p', revision: 1, time, state: prompt({ versions }) });
    const decoded = decodeEvent(stateSubject('prompt', 'p'), text);
    expect(decoded.name === 'prompt' && decoded.state?.versions).toEqual(versions);
  });
});

describe('bodies', () => {
  it('come back as they were, and their tombstones too', () => {
    const body = { promptId: 'p', number: 3, revision: 2, time, program: { template: 'Hello' } };
    const where = bodySubject('p', 3);
    expect(decodeBody(where, encodeBody(body))).toEqual({ ...body, subject: where });
    const gone = { ...body, revision: 3, program: undefined };
    expect(decodeBody(where, encodeBody(gone))).toEqual({ ...gone, subject: where });
  });

  it('are refused on a subject that is no body', () => {
    expect(() => decodeBody('px0.body.p.x', '{}')).toThrow(EventInvalidError);
    expect(() => decodeBody('px0.body.p.3', '{}')).toThrow(EventInvalidError);
  });
});

describe('a composed event', () => {
  it('carries its content as it is', () => {
    const content = JSON.stringify({ ...team, mood: 'good' });
    const text = composeEvent({ subject, revision: 7, time, content });
    expect(JSON.parse(text).data).toEqual({ ...team, mood: 'good' });
    expect(decodeEvent(subject, text).state).toEqual(team);
  });

  it.each([['px0.state.tenancy.robot.1'], ['px0.state.tenancy.team'], ['px0.body.p.x'], ['']])(
    'is refused on the subject %j',
    (unknown) => {
      const parts = { subject: unknown, revision: 1, time, content: undefined };
      expect(() => composeEvent(parts)).toThrow(EventInvalidError);
    },
  );
});
