/** The contracts of a team's prompts, read from px0. */

import { NotFoundError } from '@px0/sdk';
import type { Prompt, PromptVersion } from '@px0/sdk/api';
import type { Api } from '../context.ts';
import type { PromptContract } from './shape.ts';

/** `stable` is the version that would be live next: the newest that is stable or live. */
export type WantedStatus = 'live' | 'stable';

export interface Wanted {
  readonly teamId: string;
  /** Undefined: all prompts. */
  readonly folder: string | undefined;
  readonly status: WantedStatus;
}

export interface ReadContracts {
  readonly contracts: readonly PromptContract[];
  /** Prompts of which px0 says no input schema: it has never heard of them, or is too busy to infer this one. */
  readonly withoutSchema: readonly string[];
}

const PAGE = '500';
/** Of one caller, who shares px0 with others. */
const AT_ONCE = 4;

/** Active prompts only; those without a version of that status are left out. @throws Px0Error */
export async function readContracts(
  api: Pick<Api, 'prompts' | 'versions'>,
  wanted: Wanted,
  onProgress: (done: number, all: number) => void,
): Promise<ReadContracts> {
  const prompts = await promptsOf(api, wanted);
  const contracts: PromptContract[] = [];
  const withoutSchema: string[] = [];
  const waiting = [...prompts];
  const work = async () => {
    for (let prompt = waiting.pop(); prompt !== undefined; prompt = waiting.pop()) {
      onProgress(prompts.length - waiting.length, prompts.length);
      const version = await versionOf(api, prompt, wanted.status);
      if (version?.inputSchema !== undefined)
        contracts.push(contractOf(prompt, version, version.inputSchema));
      else if (version !== undefined) withoutSchema.push(prompt.slug);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { contracts, withoutSchema: withoutSchema.toSorted() };
}

async function promptsOf({ prompts }: Pick<Api, 'prompts'>, { teamId, folder }: Wanted): Promise<Prompt[]> {
  // A prompt that is made meanwhile may push another to the next page.
  const byId = new Map<string, Prompt>();
  let cursor: string | undefined;
  do {
    const answer = await prompts.listPromptsRaw({
      teamID: teamId,
      archived: 'false',
      sort: 'name',
      limit: PAGE,
      ...(folder !== undefined && { folder }),
      ...(cursor !== undefined && { cursor }),
    });
    const page = await answer.value();
    for (const prompt of page.prompts) byId.set(prompt.id, prompt);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return [...byId.values()];
}

/** Undefined when there is none, or the prompt has been deleted meanwhile. */
async function versionOf(
  { versions }: Pick<Api, 'versions'>,
  { id }: Prompt,
  wanted: WantedStatus,
): Promise<PromptVersion | undefined> {
  const statuses = wanted === 'live' ? ['live'] : ['live', 'stable'];
  try {
    const found = await Promise.all(
      statuses.map(async (status) => {
        const answer = await versions.listVersionsRaw({ id, status, limit: '1', include: 'schema' });
        return (await answer.value()).versions;
      }),
    );
    const [newest] = found.flat().toSorted((one, other) => other.version - one.version);
    if (newest === undefined || newest.inputSchema !== undefined) return newest;
    // Of a version that is older than input schemas. Lists do not infer them.
    return (await versions.getVersion(id, String(newest.version))).version;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

function contractOf(
  { slug }: Prompt,
  { kind = 'text', variables }: PromptVersion,
  schema: Record<string, unknown>,
): PromptContract {
  return { slug, kind, schema, variables };
}
