import { describe, expect, it, vi } from 'vitest';
import {
  InvalidRequestError,
  NotFoundError,
  type PromptChange,
  Px0,
  toOpenAI,
  UsageError,
} from '../../src/mod.ts';

describe('a client for tests', () => {
  it('renders templates and chats as px0 does', async () => {
    await using px0 = Px0.forTests({
      greeting: 'Hello {{.name}}',
      tutor: [
        { role: 'system', content: 'Be {{kind}}.' },
        { role: 'user', template: '{{.question}}' },
      ],
      configured: { messages: [{ role: 'user', template: '{{.question}}' }], config: { model: 'm' } },
    });
    expect(await px0.render('greeting', { name: 'Ada' })).toMatchObject({
      text: 'Hello Ada',
      version: 1,
      source: 'stream',
      stale: false,
      ageMs: 0,
      cause: null,
    });
    const chat = await px0.render('tutor', { question: '?' });
    expect(chat.messages).toEqual([
      { role: 'system', content: 'Be {{kind}}.' },
      { role: 'user', content: '?' },
    ]);
    const { request } = toOpenAI(await px0.render('configured', { question: '?' }));
    expect(request).toEqual({ model: 'm', messages: [{ role: 'user', content: '?' }] });
  });

  it('fails as px0 does', async () => {
    await using px0 = Px0.forTests({
      greeting: 'Hello {{.name}}',
      chat: [{ role: 'user', template: '{{.question}}' }],
    });
    await expect(px0.render('missing')).rejects.toThrow(new NotFoundError(404, 'prompt not found'));
    await expect(px0.render('greeting', {}, { tag: 'beta' })).rejects.toThrow('version not found');
    await expect(px0.render('greeting')).rejects.toThrow(
      new InvalidRequestError(
        422,
        'template execution failed: template: prompt:1:8: executing "prompt" at <.name>: map has no entry for key "name"',
      ),
    );
    // It speaks of the author's text.
    await expect(px0.render('chat')).rejects.toThrow(/message 0/);
    expect(() => Px0.forTests({ greeting: '{{' })).toThrow(UsageError);
    expect(() => Px0.forTests({ greeting: [] })).toThrow(UsageError);
    await px0.close();
    await expect(px0.render('greeting', { name: 'Ada' })).rejects.toThrow(UsageError);
  });

  it('is changed by the test, which the listeners have heard of when that is done', async () => {
    await using px0 = Px0.forTests({ greeting: 'one' });
    const changes: PromptChange[] = [];
    const stop = px0.on('change', 'greeting', (change) => changes.push(change));
    const all: string[] = [];
    px0.on('change', '*', ({ slug, kind }) => all.push(`${slug} ${kind}`));
    const set = px0.set('greeting', 'two');
    expect(await px0.render('greeting')).toMatchObject({ text: 'two', version: 2 });
    await set;
    expect(changes).toMatchObject([{ kind: 'live', before: { live: 1 }, after: { live: 2 } }]);
    await px0.set('farewell', 'Bye');
    stop();
    await px0.delete('greeting');
    await px0.delete('greeting');
    await expect(px0.render('greeting')).rejects.toThrow(NotFoundError);
    expect(all).toEqual(['greeting live', 'farewell added', 'greeting removed']);
    expect(changes).toHaveLength(1);
    expect(px0.prompts()).toMatchObject([{ slug: 'farewell', live: 1, versions: [1] }]);
    expect(await px0.render('farewell', {}, { version: 1 })).toMatchObject({ text: 'Bye' });
  });

  it('needs no time, no network and no settings', async () => {
    vi.useFakeTimers();
    vi.stubEnv('PX0_MODE', 'file');
    vi.stubGlobal('fetch', () => expect.unreachable());
    try {
      const px0 = Px0.forTests({ greeting: 'one' });
      vi.setSystemTime('2040-01-01');
      expect(await px0.ready()).toBe(true);
      await px0.set('greeting', 'two');
      expect(await px0.render('greeting')).toMatchObject({ text: 'two', stale: false });
      expect(px0.status()).toMatchObject({ state: 'ready', prompts: 1, lastError: null });
      await px0.close();
    } finally {
      vi.useRealTimers();
      vi.unstubAllEnvs();
      vi.unstubAllGlobals();
    }
  });
});

describe('a client in mode remote', () => {
  it('says that it holds nothing', async () => {
    const px0 = new Px0({ host: 'http://127.0.0.1:1', accessToken: 'ak_test' });
    for (const call of [
      () => px0.status(),
      () => px0.prompts(),
      () => px0.reconnect(),
      () => px0.on('status', () => {}),
    ]) {
      expect(call).toThrow(UsageError);
    }
    await expect(px0.ready()).rejects.toThrow(UsageError);
  });
});
