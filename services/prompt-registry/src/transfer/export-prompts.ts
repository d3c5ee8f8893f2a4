/** Exports a team's prompts as one document. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { seenSlugs, seenTags, seenVersions } from '../limits/mod.ts';
import type { ExportOrder } from './export-answer.ts';
import type { HeavyDocuments } from './heavy-documents.ts';
import { exportBytes, exportedPrompts } from './store.ts';

export interface ExportPromptsDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
  readonly documents: HeavyDocuments;
}

/** A document is held in memory several times over, as rows, as values and as text. */
const MAX_BYTES = 32 * 1024 * 1024;

export class ExportPrompts {
  readonly #deps: ExportPromptsDependencies;

  constructor(deps: ExportPromptsDependencies) {
    this.#deps = deps;
  }

  /** The answer's JSON. All prompts of the team, or those of a comma-separated list of slugs; a blank list is none given. @throws ApiError forbidden, documentTooLarge, tooManyHeavyRenders */
  async run(
    principal: Principal,
    teamId: TeamId,
    slugList: string | undefined,
    format: ExportOrder['format'],
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]> {
    const { reader, access, documents } = this.#deps;
    requireAllowedOn(access, principal, 'exportPrompts', { teamId });
    const slugs = parseSlugs(slugList);
    const seen = {
      prompts: seenSlugs(principal),
      versions: seenVersions(principal),
      tags: seenTags(principal),
    };
    if ((await exportBytes(reader, teamId, slugs, seen)) > MAX_BYTES) throw new ApiError('documentTooLarge');
    const exported = await exportedPrompts(reader, teamId, slugs, seen);
    return documents.write(teamId, { ...exported, format }, signal);
  }
}

/** A list of nothing but commas names no prompt, rather than all. */
function parseSlugs(text = ''): string[] | undefined {
  if (text.trim() === '') return undefined;
  return text
    .split(',')
    .map((slug) => slug.trim())
    .filter((slug) => slug !== '');
}
