/** Messages that no service of px0 would publish, put straight into the streams: malformed, of the future, repeated, out of order. */

import { randomUUID } from 'node:crypto';
import { bodySubject, type EntityName, encodeEvent, entities, stateSubject } from '@px0/contracts';

export interface Message {
  readonly what: string;
  readonly subject: string;
  readonly payload: string | Uint8Array;
  /** The Px0-Revision header. */
  readonly revision?: string;
}

/** One message of each malformation for each entity, about things that do not exist. */
export function malformed(): readonly Message[] {
  return Object.entries(entities).flatMap(([name, { context, entity }]) => {
    // Of these there is one each, and readers ask for it.
    if (entity === 'complete' || entity === 'epoch') return [];
    const id = name === 'membership' ? `${randomUUID()}.${randomUUID()}` : randomUUID();
    const subject = `px0.state.${context}.${entity}.${id}`;
    const envelope = (more: object) => JSON.stringify({ ...sound(subject), ...more });
    const texts: readonly (readonly [string, string | Uint8Array])[] = [
      ['nothing', ''],
      ['no JSON', '{'],
      ['no object', '[]'],
      ['bytes', new Uint8Array([0, 255, 128, 10])],
      ['deep', '['.repeat(100_000)],
      ['no data', envelope({})],
      ['data and the mark of a tombstone', envelope({ data: {}, deleted: true })],
      ['empty data', envelope({ data: {} })],
      [
        'data of other types',
        envelope({ data: { team_id: 7, versions: 'x', tags: [], sessions: null, key_hash: {} } }),
      ],
      ['another subject’s id', envelope({ id: 'px0.state.identity.user.x@1', deleted: true })],
      ['revision zero', envelope({ id: `${subject}@0`, revision: 0, deleted: true })],
      ['a negative revision', envelope({ id: `${subject}@-1`, revision: -1, deleted: true })],
      ['a revision that is no number', envelope({ revision: '1', deleted: true })],
      ['another version of the envelope', envelope({ specversion: '2.0', deleted: true })],
      [
        'a prototype',
        envelope({ data: { __proto__: { team_id: 'x' } } }).replace('{', '{"__proto__":{"revision":9},'),
      ],
    ];
    return texts.map(([what, payload]) => ({ what: `${name}: ${what}`, subject, payload, revision: '1' }));
  });
}

function sound(subject: string): object {
  return {
    specversion: '1.0',
    id: `${subject}@1`,
    source: '/px0/x',
    subject,
    time: new Date().toISOString(),
    revision: 1,
  };
}

/** What only a later release could send: entities and fields that this one does not know, and subjects of another shape. */
export function ofTheFuture(): readonly Message[] {
  const subjects = [
    `px0.state.registry.experiment.${randomUUID()}`,
    `px0.state.billing.invoice.${randomUUID()}`,
    'px0.state.registry.prompt',
    `px0.state.registry.prompt.${randomUUID()}.more.levels`,
    'px0.state.x',
  ];
  const time = '9999-12-31T23:59:59Z';
  return subjects.flatMap((subject) => [
    {
      what: `unknown: ${subject}`,
      subject,
      payload: JSON.stringify({ ...sound(subject), time, data: { x: 1 } }),
    },
    { what: `unknown with a header: ${subject}`, subject, payload: 'x', revision: '99999999999999999999' },
    { what: `unknown with a broken header: ${subject}`, subject, payload: 'x', revision: 'NaN' },
  ]);
}

/** Bodies of versions that are none. */
export function brokenBodies(promptId: string): readonly Message[] {
  return ['', '{', JSON.stringify({ prompt_id: promptId, number: 'x' })].flatMap((payload, index) => [
    { what: `body: ${payload}`, subject: bodySubject(randomUUID(), index + 1), payload },
    { what: `body of another shape: ${payload}`, subject: `px0.body.${randomUUID()}`, payload },
  ]);
}

/** An event of an entity at an old revision, as a late retry would bring it. */
export function late<N extends EntityName>(
  name: N,
  id: string,
  revision: number,
  state: Parameters<typeof encodeEvent<N>>[0]['state'],
): Message {
  const text = encodeEvent({ name, id, revision, time: new Date(0).toISOString(), state });
  return {
    what: `${name} at revision ${revision}`,
    subject: stateSubject(name, id),
    payload: text,
    revision: String(revision),
  };
}

/** Garbage on the subject of something that exists, without and with a revision that is too old to matter. */
export function onSubject(subject: string): readonly Message[] {
  return [
    { what: 'garbage without a header', subject, payload: '{' },
    { what: 'garbage at an old revision', subject, payload: 'null', revision: '1' },
    { what: 'garbage with a broken header', subject, payload: '', revision: 'x' },
    { what: 'garbage with a negative revision', subject, payload: '{}', revision: '-5' },
  ];
}
