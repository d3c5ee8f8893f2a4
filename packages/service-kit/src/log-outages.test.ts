import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { logOutages } from './log-outages.ts';
import { silentLogger } from './logger.ts';

it('an outage is logged once, however often the client tries to reconnect, and so is its end', () => {
  const logger = silentLogger();
  const said: string[] = [];
  vi.spyOn(logger, 'warn').mockImplementation((_fields: unknown, sentence?: string) => {
    said.push(String(sentence));
  });
  vi.spyOn(logger, 'info').mockImplementation((sentence: unknown) => {
    said.push(String(sentence));
  });
  const client = new EventEmitter();
  logOutages(client, logger, { away: 'away', back: 'back' });

  client.emit('ready');
  expect(said).toEqual([]);
  for (const _outage of ['first', 'second']) {
    for (const _attempt of ['first', 'second']) client.emit('error', new Error('refused'));
    client.emit('ready');
  }
  expect(said).toEqual(['away', 'back', 'away', 'back']);
});
