/**
 * An application that asks the providers: renders what it is asked for, hands it over to the provider's own package and gives the answer,
 * line by line, JSON in and JSON out. `node asks.ts SNAPSHOT`.
 */
import { createInterface } from 'node:readline';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { Px0, type RenderResult, toAnthropic, toGemini, toOpenAI } from '../src/mod.ts';

const [snapshotFile = ''] = process.argv.slice(2);

async function ask(provider: string, url: string, result: RenderResult) {
  switch (provider) {
    case 'openai': {
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
      const { request, dropped } = toOpenAI(result);
      const { choices } = await client.chat.completions.create(request);
      return { answer: choices[0]?.message.content, dropped };
    }
    case 'anthropic': {
      const client = new Anthropic({ baseURL: url, apiKey: 'none', maxRetries: 0 });
      const { request, dropped } = toAnthropic(result);
      const [block] = (await client.messages.create(request)).content;
      return { answer: block?.type === 'text' ? block.text : undefined, dropped };
    }
    default: {
      const client = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: url } });
      const { request, dropped } = toGemini(result);
      return { answer: (await client.models.generateContent(request)).text, dropped };
    }
  }
}

await using px0 = new Px0({ snapshotFile });
for await (const line of createInterface({ input: process.stdin })) {
  const { slug, variables, provider, url } = JSON.parse(line);
  const answer = await px0.render(slug, variables).then(
    (result) => ask(provider, url, result),
    (error: unknown) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
