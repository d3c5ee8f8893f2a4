/** Puts load on a render process and measures what the process uses for it. */
import { type LoadResult, load } from './load.ts';
import type { Program } from './program.ts';

const GREETING = { slug: 'greeting', body: '{"variables":{"name":"Ada","place":"London"}}' };
export const CONNECTIONS = 32;

export interface MeasuredLoad extends LoadResult {
  readonly cpuMicroseconds: number;
}

/** Renders as fast as the program can for some seconds. @throws Error when one failed */
export async function measuredLoad(
  program: Program,
  key: string,
  seconds: number,
  { slug, body }: { readonly slug: string; readonly body: string } = GREETING,
): Promise<MeasuredLoad> {
  const before = program.cpuSeconds();
  const url = `${program.url}/v1/prompts/${slug}/render`;
  const result = await load({ url, key, body, connections: CONNECTIONS, seconds });
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
  const used = program.cpuSeconds() - before;
  return { ...result, cpuMicroseconds: (used * 1e6) / (result.perSecond * seconds) };
}
