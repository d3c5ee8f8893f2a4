import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { warnOfOpenFiles } from './open-files.ts';

function warningsOf(needed: number): string {
  let text = '';
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  warnOfOpenFiles(needed, 'STREAMS', createLogger({ service: 'test', level: 'info', destination }));
  return text;
}

it('warns of a limit of open files that is below what a bound takes, and of no other', () => {
  expect(warningsOf(1)).toBe('');
  const unlimited = warningsOf(2 ** 40) === '';
  if (!unlimited) expect(warningsOf(2 ** 40)).toMatch(/"level":"?warn.*below what STREAMS allows/);
});
