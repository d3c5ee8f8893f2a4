import { expect, it } from 'vitest';
import { messagesText } from './mod.ts';

it('of a conversation is what the messages say, and the JSON of what px0 does not know', () => {
  const call = { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] };
  const parts = [
    { type: 'text', text: 'Look:' },
    { type: 'media', url: 'data:image/png;base64,AAAA' },
  ];
  const messages = [{ role: 'system', content: 'Be kind.' }, call, { role: 'user', content: parts }];
  expect(messagesText(messages)).toBe(`Be kind.\n${JSON.stringify(call, null, 2)}\nLook:\n`);
});
