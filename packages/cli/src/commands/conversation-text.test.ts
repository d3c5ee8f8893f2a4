import { expect, it } from 'vitest';
import { conversationText } from './conversation-text.ts';

it('a conversation shows its texts as they are, media by their addresses, and anything else as JSON', () => {
  expect(
    conversationText([
      { role: 'system', content: 'Be kind.\n\nAnd brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'media', url: 'https://px0.test/a.png' },
          { type: 'media', url: `data:image/png;base64,${'A'.repeat(1_000)}`, media_type: 'image/png' },
          { type: 'input_audio', input_audio: {} },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: { celsius: 7 } },
      { role: 'assistant' },
    ]),
  ).toBe(`system:
Be kind.

And brief.

user:
What is it?
media: https://px0.test/a.png
media (image/png): data:image/png;base64,${'A'.repeat(178)}… (1022 characters)
{"type":"input_audio","input_audio":{}}

tool:
{"celsius":7}
{"tool_call_id":"c1"}

assistant:
`);
});
