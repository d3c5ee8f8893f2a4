/** A server that stands for a provider: it answers everything with one answer, and shows what came over the wire. */
import { createServer, type Server } from 'node:http';

export interface ProviderRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export class PlayedProvider {
  readonly #server: Server;
  readonly seen: ProviderRequest[] = [];
  #host = '';

  private constructor(answer: object) {
    this.#server = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk);
      this.seen.push({ path: req.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) });
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(answer));
    });
  }

  static async start(answer: object): Promise<PlayedProvider> {
    const played = new PlayedProvider(answer);
    await new Promise<void>((resolve) => played.#server.listen(0, '127.0.0.1', resolve));
    const address = played.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    played.#host = `http://127.0.0.1:${address.port}`;
    return played;
  }

  get host(): string {
    return this.#host;
  }

  /** What was sent since the last time. */
  take(): ProviderRequest[] {
    return this.seen.splice(0);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
