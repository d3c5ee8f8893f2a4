/** A server that answers renders as px0 does, and misbehaves when told to: for faults that the real one has no reason to show. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { compileJudge, type InputSchema } from '@px0/input-contract';
import { type ChatEntry, compileProgram, linkChat } from '@px0/template';

export interface PlayedVersion {
  readonly version: number;
  /** Of a text. */
  readonly template?: string;
  /** Of a chat. */
  readonly messages?: readonly ChatEntry[];
  readonly config?: object;
  readonly schema?: InputSchema;
  /** Off unless given. */
  readonly contract?: 'warn' | 'enforce';
  readonly status?: 'draft' | 'live';
  /** `p1` unless given. */
  readonly promptId?: string;
  /** What the answer about the version says differently. */
  readonly said?: object;
}

export interface Reply {
  readonly status: number;
  /** JSON unless it is a text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether something else than px0 says it: without `Px0-Revision`. */
  readonly isForeign?: boolean;
}

/** What comes instead of a proper answer: a reply, a closed connection, or nothing. */
export type Fault = Reply | 'reset' | 'hang';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export function token(epoch: string, sequence: number): string {
  return Buffer.from(`1:${epoch}:${sequence}`).toString('base64url');
}

function isRender(method: string, path: string): boolean {
  return method === 'POST' && !path.startsWith('/v1/delivery/');
}

export class PlayedPx0 {
  readonly #server: Server;
  #port = 0;
  readonly seen: SeenRequest[] = [];
  prompts: Record<string, PlayedVersion> = { greeting: { version: 3, template: 'Hello {{.name}}' } };
  revision = token('1', 1);
  /** For the renders to come, one each; then the answers are proper again. */
  faults: Fault[] = [];
  /** For every render as long as it is set. */
  fault: Fault | undefined;
  /** For every request as long as it is set. */
  always: Reply | undefined;
  /** Whether it is a px0 of before there were chats: it knows programs as texts only. */
  isEarlier = false;

  private constructor() {
    this.#server = createServer((req, res) => void this.#take(req, res));
  }

  static async start(port = 0): Promise<PlayedPx0> {
    const played = new PlayedPx0();
    await new Promise<void>((resolve) => played.#server.listen(port, '127.0.0.1', resolve));
    const address = played.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    played.#port = address.port;
    return played;
  }

  get port(): number {
    return this.#port;
  }

  get host(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get renders(): number {
    return this.seen.filter(({ method, path }) => isRender(method, path)).length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const { method = '', url: path = '', headers } = req;
    const body = Buffer.concat(chunks).toString();
    this.seen.push({ method, path, headers, body });
    const fault = isRender(method, path) ? (this.faults.shift() ?? this.fault) : undefined;
    if (fault === 'hang') return;
    if (fault === 'reset') {
      req.socket.destroy();
      return;
    }
    const reply = this.always ?? fault ?? this.#proper(path, body);
    const isText = typeof reply.body === 'string';
    res.writeHead(reply.status, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...(!reply.isForeign && { 'px0-revision': this.revision }),
      ...reply.headers,
    });
    res.end(isText ? reply.body : JSON.stringify(reply.body));
  }

  #proper(path: string, body: string): Reply {
    if (path === '/v1/delivery/usage') return { status: 204, body: '' };
    const { pathname, searchParams } = new URL(path, this.host);
    const [, , , slug = '', ...rest] = pathname.split('/').map(decodeURIComponent);
    const prompt = this.prompts[slug];
    if (prompt === undefined) return { status: 404, body: { error: 'prompt not found' } };
    const { version, template = '', messages: entries, config, status = 'live', promptId = 'p1' } = prompt;
    const { schema, contract } = prompt;
    const program = entries === undefined ? { template } : linkChat(entries);
    if (rest.at(-1) !== 'render') {
      const configText = config === undefined ? undefined : JSON.stringify(config);
      const added = !this.isEarlier &&
        searchParams.get('include') === 'program' && { program: { ...program, config: configText } };
      const played = {
        version,
        template: program.template,
        status,
        ...added,
        input_schema: schema,
        ...prompt.said,
      };
      return { status: 200, body: { prompt: { id: promptId, slug, contract }, version: played } };
    }
    const { variables, options } = JSON.parse(body);
    const compiled = compileProgram(program);
    const policy = contract === 'enforce' ? contract : (options?.contract ?? contract);
    const judge = policy === undefined || schema === undefined ? undefined : compileJudge(schema);
    const violation = judge?.(variables, options?.missing_key);
    const headers = violation && { 'px0-contract': violation.header };
    if (violation !== undefined && policy === 'enforce') {
      return {
        status: 422,
        body: { error: `invalid variables: ${violation.detail}` },
        ...(headers && { headers }),
      };
    }
    const messages = this.isEarlier ? undefined : compiled.messages(variables);
    const rendered = messages && options?.transcript === false ? '' : compiled.render(variables);
    const added = this.isEarlier ? {} : { messages, config };
    return {
      status: 200,
      body: { rendered, version, slug, tags: ['prod'], ...added },
      ...(headers && { headers }),
    };
  }
}
