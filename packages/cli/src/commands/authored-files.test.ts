import { expect, it } from 'vitest';
import { messagesIn } from './authored-files.ts';

const text = 'system:\nBe kind.\n\nplaceholder: history?\n\nuser:\n{{.q}}\nmedia: {{.u}}\n';

it('reads a file whose line ends were all converted to CRLF as the file that it was', () => {
  const messages = messagesIn(text, 'chat.txt');
  expect(messages).toHaveLength(3);
  expect(messagesIn(text.replaceAll('\n', '\r\n'), 'chat.txt')).toEqual(messages);
});

it('keeps a CRLF beside line ends without it, as it is then part of a template', () => {
  expect(messagesIn('user:\na\r\nb\r\n\r\n', 'chat.txt')).toEqual([
    { role: 'user', template: 'a\r\nb\r\n\r' },
  ]);
  expect(messagesIn('user:\nHi\r\n', 'chat.txt')).toEqual([{ role: 'user', template: 'Hi\r' }]);
});
