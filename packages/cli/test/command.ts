/** Runs command lines in this process, and records their output and requests. */
import { join } from 'node:path';
import { run } from '../src/program.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Given {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
  /** Whether standard output and standard error are terminals. */
  readonly isTerminal?: boolean;
}

/** The output and exit code of a command line. What completions keep is beside its configuration, unless the environment says where. */
export async function px0(
  args: readonly string[],
  { env = {}, input = '', isTerminal = false }: Given = {},
): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof printed) => ({
    isTTY: isTerminal,
    write: (text: string) => {
      printed[name] += text;
    },
  });
  const streams = { stdin: inputOf(input), stdout: sink('stdout'), stderr: sink('stderr') };
  const { XDG_CONFIG_HOME: config } = env;
  const cache = config === undefined ? {} : { XDG_CACHE_HOME: join(config, 'cache') };
  const code = await run(args, { ...cache, ...env }, streams);
  return { code, ...printed };
}

async function* inputOf(input: string | Buffer): AsyncGenerator<Buffer> {
  yield Buffer.from(input);
}

export interface SentRequest {
  readonly method: string;
  /** With dots resolved, as on the wire. */
  readonly url: URL;
  readonly authorization: string | null;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const REVISION = Buffer.from('1:1:1').toString('base64url');
const NOT_FOUND: Reply = {
  status: 404,
  body: '{"error":"not found"}',
  headers: { 'px0-revision': REVISION },
};

/** Replaces the network. Default: responds like an empty px0. */
export class Network {
  readonly sent: SentRequest[] = [];
  readonly #answer: (request: SentRequest) => Reply | undefined;

  constructor(answer: (request: SentRequest) => Reply | undefined = () => undefined) {
    this.#answer = answer;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const { method, url, headers, body } = new Request(input, init);
    const text = body === null ? '' : await new Response(body).text();
    const request = { method, url: new URL(url), authorization: headers.get('authorization'), body: text };
    this.sent.push(request);
    const { status, body: answered, headers: own } = this.#answer(request) ?? NOT_FOUND;
    return new Response(status === 204 ? null : answered, { status, headers: own ?? {} });
  };
}
