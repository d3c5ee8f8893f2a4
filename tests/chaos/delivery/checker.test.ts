import { encodeToken } from '@px0/event-bus';
import { describe, expect, it } from 'vitest';
import { type Operation, renderedFrom, templateOf } from '../history.ts';
import type { Rendered, Stretch } from './application.ts';
import { check, type Evidence, type JudgedClient } from './checker.ts';
import type { DeliveryRequest } from './network.ts';

const PROMPT = 'p1';
const CALM = 10_000;

const textOf = (version: number) => renderedFrom(templateOf(`m${version}`), 'x');
const revision = (sequence: number) => encodeToken({ epoch: '1', sequence });

function text(version: number, sequence: number, more: Partial<Rendered> = {}): Rendered {
  return {
    kind: 'text',
    text: textOf(version),
    version,
    revision: revision(sequence),
    stale: false,
    ...more,
  };
}

function stretch(from: number, until: number, rendered: Rendered, more: Partial<Stretch> = {}): Stretch {
  return { client: 0, target: 0, life: 1, rendered, from, until, count: 1, ...more };
}

function promotion(version: number, start: number, end: number, answer?: Operation['answer']): Operation {
  return {
    id: version,
    worker: 1,
    action: { kind: 'promote', prompt: PROMPT, version },
    at: 'gateway',
    start,
    end,
    carried: undefined,
    answer,
  };
}

const done = { status: 200, revision: undefined, pending: false, stale: false };

function request(at: number, more: Partial<DeliveryRequest> = {}): DeliveryRequest {
  const answered = { answeredAt: at + 10, status: 200, isPx0s: () => true };
  return { client: 0, at, isStream: true, isWhole: () => true, ...answered, ...more };
}

/** A client whose stream was open all the time, and that ends with version 2. */
const client: JudgedClient = { number: 0, name: 'client', mayLose: new Set() };
const good: Evidence = {
  clients: [client],
  targets: [{ prompt: PROMPT, slug: 'greeting', tag: '' }],
  stretches: [stretch(0, 4_980, text(1, 10)), stretch(5_000, 20_000, text(2, 20))],
  delays: () => [],
  requests: [],
  history: [promotion(1, 0, 10, done), promotion(2, 4_900, 4_990, done)],
  versions: new Map([
    [PROMPT, [1, 2].map((number) => ({ number, status: 'stable', template: templateOf(`m${number}`) }))],
  ]),
  calmAt: CALM,
  openAtCalm: new Set([0]),
  openAtRevocation: new Set(),
  expected: () => ({ version: 2, text: textOf(2) }),
};

const broken = (evidence: Partial<Evidence>) =>
  check({ ...good, ...evidence }).map(({ broken: promise }) => promise);

describe('nothing is broken', () => {
  it.each<[string, Partial<Evidence>]>([
    ['by a client that hears of everything', {}],
    [
      'by a first process that is asked before it holds anything',
      { stretches: [stretch(0, 4, { kind: 'unreachable', text: '' }), stretch(5, 20_000, text(2, 20))] },
    ],
    [
      'by one that connects within 30 s of calm and agrees 5 s later',
      {
        openAtCalm: new Set(),
        requests: [request(CALM + 29_900)],
        stretches: [stretch(0, 44_000, text(1, 10)), stretch(CALM + 34_900, 60_000, text(2, 20))],
      },
    ],
    [
      'by one that had asked before the calm and was answered in it',
      { openAtCalm: new Set(), requests: [request(CALM - 100, { answeredAt: CALM + 100 })] },
    ],
    [
      'by a rollback, which somebody asked for',
      {
        stretches: [
          stretch(0, 10, text(2, 10)),
          stretch(20, 30, text(1, 15)),
          stretch(5_000, 20_000, text(2, 20)),
        ],
        history: [promotion(2, 0, 5, done), promotion(1, 6, 9, done), promotion(2, 4_900, 4_990, done)],
      },
    ],
    [
      'by a rollback that may have been carried out without an answer',
      {
        stretches: [
          stretch(0, 10, text(2, 10)),
          stretch(20, 30, text(1, 15)),
          stretch(5_000, 20_000, text(2, 20)),
        ],
        history: [promotion(1, 0, 1), promotion(2, 2, 5, done)],
      },
    ],
    [
      'by another process, which begins with its file',
      {
        stretches: [
          stretch(0, 10, text(2, 20)),
          stretch(20, 30, text(1, 10, { stale: true }), { life: 2 }),
          stretch(5_000, 20_000, text(2, 20), { life: 2 }),
        ],
      },
    ],
    [
      'by a version whose text px0 itself could not read yet',
      {
        stretches: [
          stretch(0, 10, text(1, 10)),
          stretch(20, 30, { kind: 'unreachable', text: 'px0 is not asked: the version is pending' }),
          stretch(5_000, 20_000, text(2, 20)),
        ],
      },
    ],
    [
      'by a prompt that has left the only team of a client',
      {
        clients: [{ ...client, mayLose: new Set([0]) }],
        stretches: [stretch(0, 20_000, { kind: 'not found', text: '' })],
        expected: () => 'not found',
      },
    ],
    [
      'by a relay that comes back last',
      {
        clients: [{ ...client, isRelayed: true }],
        openAtCalm: new Set(),
        requests: [],
        stretches: [
          stretch(0, CALM + 20_000, text(1, 10)),
          stretch(CALM + 20_100, CALM + 60_000, text(2, 20)),
        ],
      },
    ],
    [
      'by a revoked key that is refused at the first contact',
      {
        clients: [{ ...client, revocation: { asked: 900, answered: 1_000 } }],
        requests: [request(3_000, { status: 401 })],
        stretches: [
          stretch(0, 3_050, text(1, 10)),
          stretch(3_060, 20_000, { kind: 'unauthorized', text: '' }),
        ],
      },
    ],
    [
      'by a process that was started again from a file, until it is refused itself',
      {
        clients: [{ ...client, revocation: { asked: 900, answered: 1_000 } }],
        requests: [request(3_000, { status: 401 }), request(6_000, { status: 401 })],
        stretches: [
          stretch(0, 3_000, text(1, 10)),
          stretch(3_010, 3_010, { kind: 'unauthorized', text: '' }),
          stretch(5_900, 6_020, text(1, 10), { life: 2 }),
        ],
      },
    ],
    [
      'by a revoked key that a busy machine hears of late',
      {
        clients: [{ ...client, revocation: { asked: 900, answered: 1_000 } }],
        openAtRevocation: new Set([0]),
        delays: () => [{ at: 1_400, late: 300 }],
        stretches: [
          stretch(0, 1_500, text(1, 10)),
          stretch(1_510, 20_000, { kind: 'unauthorized', text: '' }),
        ],
      },
    ],
  ])('%s', (_what, evidence) => {
    expect(broken(evidence)).toEqual([]);
  });
});

describe('a promise is broken', () => {
  it.each<[string, Partial<Evidence>, readonly string[]]>([
    [
      'by a process that was started again and does not find its file',
      { stretches: [stretch(0, 4, { kind: 'unreachable', text: '' }, { life: 2 }), ...good.stretches] },
      ['a held prompt did not render'],
    ],
    [
      'by a render that fails',
      {
        stretches: [
          stretch(0, 10, text(1, 10)),
          stretch(20, 30, { kind: 'unreachable', text: 'away' }),
          stretch(5_000, 20_000, text(2, 20)),
        ],
      },
      ['a held prompt did not render'],
    ],
    [
      'by a refusal of a valid key',
      {
        stretches: [
          stretch(0, 5, text(1, 10)),
          stretch(6, 10, { kind: 'unauthorized', text: '' }),
          stretch(5_000, 20_000, text(2, 20)),
        ],
      },
      ['a held prompt did not render'],
    ],
    [
      'by half a text',
      {
        stretches: [stretch(0, 10, text(1, 10, { text: textOf(2) })), stretch(5_000, 20_000, text(2, 20))],
      },
      ['another text than its version has'],
    ],
    [
      'by a lower revision',
      {
        stretches: [stretch(0, 10, text(2, 20)), stretch(20, 20_000, text(2, 19))],
      },
      ['back in time'],
    ],
    [
      'by an earlier version under a later revision',
      {
        stretches: [
          stretch(0, 10, text(2, 10)),
          stretch(20, 30, text(1, 15)),
          stretch(5_000, 20_000, text(2, 20)),
        ],
        history: [promotion(1, 0, 10, done), promotion(2, 15, 20, done)],
      },
      ['back to a version that nobody promoted again'],
    ],
    ['by a client that does not come back', { openAtCalm: new Set() }, ['no connection within 30 s of calm']],
    [
      'by one that comes back too late',
      {
        openAtCalm: new Set(),
        requests: [request(CALM + 31_000)],
      },
      ['no connection within 30 s of calm'],
    ],
    [
      'by one that gets an answer that is not of px0',
      {
        openAtCalm: new Set(),
        requests: [request(CALM + 1_000, { isPx0s: () => false })],
      },
      ['no connection within 30 s of calm'],
    ],
    [
      'by one that stays behind',
      {
        stretches: [stretch(0, 20_000, text(1, 10))],
      },
      ['no agreement within 5 s of a connection'],
    ],
    [
      'by one that agrees too late',
      {
        stretches: [stretch(0, 15_900, text(1, 10)), stretch(15_950, 20_000, text(2, 20))],
      },
      ['no agreement within 5 s of a connection'],
    ],
    [
      'by one whose relays stay behind',
      {
        clients: [{ ...client, isRelayed: true }],
        stretches: [
          stretch(0, CALM + 36_000, text(1, 10)),
          stretch(CALM + 36_100, CALM + 60_000, text(2, 20)),
        ],
      },
      ['no agreement within 5 s of a connection'],
    ],
    [
      'by one that holds what px0 has not',
      { expected: () => 'not found' },
      ['no agreement within 5 s of a connection'],
    ],
    [
      'by a revoked key 300 ms later, under an open stream',
      {
        clients: [{ ...client, revocation: { asked: 900, answered: 1_000 } }],
        openAtRevocation: new Set([0]),
        stretches: [
          stretch(0, 1_300, text(1, 10)),
          stretch(1_320, 20_000, { kind: 'unauthorized', text: '' }),
        ],
      },
      ['rendered by a revoked key'],
    ],
    [
      'by a revoked key after its first contact',
      {
        clients: [{ ...client, revocation: { asked: 900, answered: 1_000 } }],
        requests: [request(3_000, { status: 401 })],
        stretches: [
          stretch(0, 3_500, text(1, 10)),
          stretch(3_520, 20_000, { kind: 'unauthorized', text: '' }),
        ],
      },
      ['rendered by a revoked key'],
    ],
    [
      'by a revoked key that renders in the calm',
      {
        clients: [{ ...client, revocation: { asked: 900, answered: 1_000 } }],
        stretches: [stretch(0, 60_000, text(1, 10))],
      },
      ['rendered by a revoked key'],
    ],
  ])('%s', (_what, evidence, promises) => {
    expect(broken(evidence)).toEqual(promises);
  });
});
