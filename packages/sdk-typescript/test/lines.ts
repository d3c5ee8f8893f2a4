/** Renders what it is asked for, line by line, as a long-running application would: JSON in, JSON out. For tests that stop px0. `node lines.ts FILE`. */
import { createInterface } from 'node:readline';
import {
  InvalidRequestError,
  NotFoundError,
  Px0,
  Px0Error,
  type RenderOptions,
  UnauthorizedError,
  UnreachableError,
  type Variables,
} from '../src/mod.ts';

interface Question extends RenderOptions {
  readonly slug: string;
  readonly variables?: Variables;
  /** Says also whether the result is stale, and how many milliseconds it took. */
  readonly evidence?: boolean;
}

const kinds = [
  [NotFoundError, 'not found'],
  [UnauthorizedError, 'unauthorized'],
  [InvalidRequestError, 'invalid request'],
  [UnreachableError, 'unreachable'],
] as const;

async function render(px0: Px0, { slug, variables, evidence, ...options }: Question): Promise<object> {
  const started = performance.now();
  try {
    const { text, source, version, stale, messages, config } = await px0.render(slug, variables, options);
    const ms = performance.now() - started;
    const ofChat = { messages: messages ?? undefined, config: config ?? undefined };
    const answer = { text, source, version: version ?? 0, ...ofChat };
    return evidence ? { ...answer, stale, ms } : answer;
  } catch (error) {
    if (!(error instanceof Px0Error)) throw error;
    const kind = kinds.find(([type]) => error instanceof type)?.[1] ?? 'another';
    return { error: kind, message: error.message };
  }
}

const [stateFile = ''] = process.argv.slice(2);
await using px0 = new Px0({ stateFile });
for await (const line of createInterface({ input: process.stdin })) {
  const answer = JSON.stringify(await render(px0, JSON.parse(line)));
  // Other ends of lines, as readers of lines know them.
  process.stdout.write(`${answer.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`);
}
