/** Renders what it is asked for, line by line, as a long-running application would: JSON in, JSON out. For tests that stop px0. `node lines.ts FILE`. */
import { createInterface } from 'node:readline';
import {
  type ContractProblems,
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
    const result = await px0.render(slug, variables, options);
    const ms = performance.now() - started;
    const { text, source, version, stale, messages, config, contract } = result;
    const ofSome = {
      messages: messages ?? undefined,
      config: config ?? undefined,
      contract: contract ?? undefined,
    };
    const answer = { text, source, version: version ?? 0, ...ofSome };
    return evidence ? { ...answer, stale, ms } : answer;
  } catch (error) {
    if (!(error instanceof Px0Error)) throw error;
    const kind = kinds.find(([type]) => error instanceof type)?.[1] ?? 'another';
    return { error: kind, message: error.message, contract: problemsOf(error) };
  }
}

/** What a refusal says of a contract, if it does, in the form of the header. */
function problemsOf(error: Px0Error): ContractProblems | undefined {
  if (!(error instanceof InvalidRequestError)) return undefined;
  const { missing, unknown, invalid, more } = error;
  if (missing.length + unknown.length + invalid.length === 0) return undefined;
  return { missing, unknown, invalid, ...(more > 0 && { more }) };
}

const [stateFile = ''] = process.argv.slice(2);
await using px0 = new Px0({ stateFile });
for await (const line of createInterface({ input: process.stdin })) {
  const answer = JSON.stringify(await render(px0, JSON.parse(line)));
  // Other ends of lines, as readers of lines know them.
  process.stdout.write(`${answer.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`);
}
