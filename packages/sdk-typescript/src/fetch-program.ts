/** Fetches the program of a version, so that it can be run here when px0 is away. */

import { isObject, parseObject } from './json.ts';
import type { Live } from './judge.ts';
import type { Wanted } from './kept-programs.ts';
import { pathSegment } from './path-segment.ts';
import { isLacking, type Program, programIn } from './program.ts';
import type { Transport } from './transport.ts';

export interface FetchedProgram {
  readonly program: Program;
  /** Of the prompt that has the slug; null where px0 does not say it. */
  readonly promptId: string | null;
  /** The prompt's policy for contracts; undefined where it is off. */
  readonly contract: string | undefined;
}

/**
 * Undefined when it cannot be had at the moment, and for a draft, whose text may change under its number. Every key that may render may also
 * read, so a refusal here tells nothing that a render would not.
 */
export async function fetchProgram(
  transport: Transport,
  { teamId, slug }: Wanted,
  live: Live,
  signal: AbortSignal,
): Promise<FetchedProgram | undefined> {
  const query = new URLSearchParams({
    version: String(live.version),
    include: 'program',
    ...(teamId !== null && { team_id: teamId }),
  });
  const path = `/v1/prompts/${pathSegment('a slug', slug)}?${query}`;
  const answer = await transport
    .send({ method: 'GET', path, repeatable: true, signal })
    .catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const { prompt, version } = parseObject(answer.text) ?? {};
  if (!isObject(prompt) || !isObject(version)) return undefined;
  const isIt =
    prompt['slug'] === slug && version['version'] === live.version && version['status'] !== 'draft';
  if (!isIt) return undefined;
  // An earlier px0 knows texts only, and has no other program of them.
  const program = programIn(version['program'] ?? { template: version['template'] });
  if (program === undefined || isLacking(program, live)) return undefined;
  const { id, contract } = prompt;
  const schema = version['input_schema'];
  return {
    // Also where the contract is off: a call may want more.
    program: isObject(schema) ? { ...program, schema } : program,
    promptId: typeof id === 'string' ? id : null,
    contract: typeof contract === 'string' && contract !== 'off' ? contract : undefined,
  };
}
