import { describe, expect, it } from 'vitest';
import { type Assertion, isCostly, type Judged, judge, judgedOf, judgeFailure } from '../src/mod.ts';

const text = (value: string) => ({ text: value, sha256: () => `digest of ${value}` });
const chat = { ...text('system: a\nuser: b'), messages: ['a', 'b'] };

const messageOf = (judged: Judged) => (isCostly(judged) ? 'costly' : judged.message);
const judgedAs = (assertion: Assertion, output: typeof chat | ReturnType<typeof text>) =>
  messageOf(judge(assertion, output, { version: 7, sha256: 'digest of accepted' }));

describe('an output', () => {
  it('is compared with the accepted one', () => {
    expect(judgedAs({ type: 'snapshot' }, text('accepted'))).toBe(null);
    expect(judgedAs({ type: 'snapshot' }, text('other'))).toBe('differs from the snapshot of version 7');
    expect(messageOf(judge({ type: 'snapshot' }, text('accepted'), undefined))).toBe(
      'no snapshot was accepted',
    );
  });

  it('of a chat is its transcript, or one of its messages', () => {
    expect(judgedAs({ type: 'contains', value: 'user: b' }, chat)).toBe(null);
    expect(judgedAs({ type: 'equals', value: 'b', message: 1 }, chat)).toBe(null);
    expect(judgedAs({ type: 'equals', value: 'b', message: 0 }, chat)).toBe(
      'is not equal: first difference at character 1',
    );
    expect(judgedAs({ type: 'min_chars', value: 0, message: 2 }, chat)).toBe('has no message 2');
    expect(judgedAs({ type: 'max_tokens', value: 1_000, message: 0 }, text('a'))).toBe('has no message 0');
    expect(judgedAs({ type: 'message_count', value: 2 }, chat)).toBe(null);
    expect(judgedAs({ type: 'message_count', value: 3 }, chat)).toBe('has 2 messages, 3 are expected');
    expect(judgedAs({ type: 'message_count', value: 1 }, text('a'))).toBe('has 0 messages, 1 are expected');
  });

  it('is not the one of a payload that was expected to fail', () => {
    expect(judgedAs({ type: 'fails' }, text(''))).toBe('rendered, but was expected to fail');
    const assertions: Assertion[] = [
      { type: 'contains', value: 'a' },
      { type: 'fails', severity: 'warning' },
    ];
    expect(judgedOf(assertions)).toEqual([{ type: 'fails', severity: 'warning' }]);
  });

  it('that is too long is matched by no pattern, and counted in characters', () => {
    const most = text('😀'.repeat(262_144));
    expect(judgedAs({ type: 'matches', value: '.' }, most)).toBe('costly');
    expect(judgedAs({ type: 'matches', value: '.' }, text(`${most.text}a`))).toBe('too long to be matched');
    expect(judgedAs({ type: 'not_matches', value: 'a' }, text(`${most.text}a`))).toBe(
      'too long to be matched',
    );
  });

  it('asks for a thread only where a pattern or tokens decide', () => {
    expect(judgedAs({ type: 'matches', value: 'ell' }, text('hello'))).toBe(null);
    expect(judgedAs({ type: 'matches', value: 'el+' }, text('hello'))).toBe('costly');
    // A token holds a byte at least.
    expect(judgedAs({ type: 'max_tokens', value: 5 }, text('hello'))).toBe(null);
    expect(judgedAs({ type: 'max_tokens', value: 5 }, text('hellö'))).toBe('costly');
  });
});

describe('a failure', () => {
  it('is expected by assertions about it, which may say how', () => {
    const assertions: Assertion[] = [{ type: 'contains', value: 'a' }];
    expect(judgeFailure(assertions, 'invalid variables: name')).toBeUndefined();
    expect(judgeFailure([...assertions, { type: 'fails' }], 'invalid variables: name')).toEqual([
      { type: 'fails', ok: true, severity: 'error', message: null },
    ]);
    expect(
      judgeFailure(
        [
          { type: 'fails', value: 'invalid variables' },
          { type: 'fails', value: 'mood', severity: 'warning' },
        ],
        'invalid variables: name',
      ),
    ).toEqual([
      { type: 'fails', ok: true, severity: 'error', message: null },
      { type: 'fails', ok: false, severity: 'warning', message: 'the error does not contain "mood"' },
    ]);
  });
});
