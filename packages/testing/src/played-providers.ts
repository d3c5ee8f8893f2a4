/** A server that stands for the providers of models: it answers in the form of the one that was asked, and keeps what came over the wire. */
import { createServer, type Server } from 'node:http';

export type Provider = 'openai' | 'anthropic' | 'gemini';

export interface ProviderRequest {
  readonly provider: Provider;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The text of the answer, another one for each request. */
  readonly answer: string;
}

/** Where each provider answers, and the form in which it says a text. */
const forms: Readonly<
  Record<Provider, { readonly path: RegExp; readonly answer: (text: string) => object }>
> = {
  openai: {
    path: /^\/v1\/chat\/completions$/,
    answer: (text) => ({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: 'played',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
    }),
  },
  anthropic: {
    path: /^\/v1\/messages$/,
    answer: (text) => ({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'played',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
  },
  gemini: {
    // Gemini's packages disagree about the version of its API.
    path: /^\/v1(?:beta)?\/models\/[^/:]+:generateContent$/,
    answer: (text) => ({
      candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts: [{ text }] } }],
    }),
  },
};

/** The same by OpenAI's form of a stream, a word at a time. */
function streamed(text: string): string {
  const chunk = (delta: object, finish_reason: string | null) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'played',
    choices: [{ index: 0, finish_reason, delta }],
  });
  const chunks = [...text.split(/(?= )/).map((content) => chunk({ content }, null)), chunk({}, 'stop')];
  return [...chunks.map((one) => JSON.stringify(one)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
}

const providers = ['openai', 'anthropic', 'gemini'] as const;

export class PlayedProviders {
  readonly #server: Server;
  #seen: ProviderRequest[] = [];
  #count = 0;
  #host = '';

  private constructor() {
    this.#server = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk);
      const { pathname: path } = new URL(req.url ?? '', 'http://localhost');
      const provider = providers.find((name) => forms[name].path.test(path));
      res.setHeader('content-type', 'application/json');
      if (provider === undefined || req.method !== 'POST') {
        res.writeHead(404).end(JSON.stringify({ error: { message: `nothing is at ${req.method} ${path}` } }));
        return;
      }
      this.#count++;
      const answer = `${provider} gives answer ${this.#count}`;
      const body = JSON.parse(Buffer.concat(chunks).toString());
      this.#seen.push({ provider, path, body, answer });
      if (provider === 'openai' && body.stream === true) {
        res.setHeader('content-type', 'text/event-stream');
        res.end(streamed(answer));
        return;
      }
      res.end(JSON.stringify(forms[provider].answer(answer)));
    });
  }

  static async start(): Promise<PlayedProviders> {
    const played = new PlayedProviders();
    await new Promise<void>((resolve) => played.#server.listen(0, '127.0.0.1', resolve));
    const address = played.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    played.#host = `http://127.0.0.1:${address.port}`;
    return played;
  }

  /** For the base URLs of Anthropic's and Gemini's packages; that of OpenAI's is `/v1` below. */
  get host(): string {
    return this.#host;
  }

  /** What was sent since the last time. */
  take(): ProviderRequest[] {
    return this.#seen.splice(0);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
