import { describe, expect, it } from 'vitest';
import { serverFault } from './server-fault.ts';

const chat = { messages: [{ role: 'user' as const, template: 'Hi' }] };

describe('a refusal is shown', () => {
  it.each([
    ['invalid messages: messages.3.role: must be system, user or assistant', { entry: 3 }],
    ['invalid messages: messages.3.parts.10.url: must not be empty', { entry: 3, part: 10 }],
    ['invalid template: template: message 2:1: unclosed action', { entry: 2 }],
    ['invalid template: template: message 2.1:1: unclosed action', { entry: 2, part: 1 }],
    ['invalid messages: messages: must have from 1 to 100 entries', undefined],
    ['program must be at most 524288 bytes', undefined],
  ])('at the message: %s', (message, at) => {
    const { section, fault } = serverFault(message, chat);
    expect(section).toBe('prompt');
    expect(fault.at).toEqual(at);
  });

  it('at the configuration, at the input schema and at the note', () => {
    const { section, fault } = serverFault('invalid config: config.temperature: must be a number', chat);
    expect([section, fault.message]).toEqual(['config', 'config.temperature: must be a number']);
    const schema = serverFault('invalid input schema: items[].title: pattern is not supported', chat);
    expect([schema.section, schema.fault.message]).toEqual([
      'schema',
      'items[].title: pattern is not supported',
    ]);
    expect(serverFault('note must be at most 2000 characters', chat).section).toBe('note');
  });

  it('at no message of a text', () => {
    const { fault } = serverFault('invalid template: template: :1: unclosed action', { template: '{{' });
    expect(fault.at).toBeUndefined();
  });
});
