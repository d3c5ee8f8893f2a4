/** Exports a team's prompts as one document. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { DOCUMENT_KIND } from './document.ts';
import { exportBytes, exportedPrompts } from './store.ts';

export interface ExportPromptsDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
}

/** A document is held in memory several times over, as rows, as values and as text. */
const MAX_BYTES = 32 * 1024 * 1024;

export class ExportPrompts {
  readonly #deps: ExportPromptsDependencies;

  constructor(deps: ExportPromptsDependencies) {
    this.#deps = deps;
  }

  /** All prompts of the team, or those of a comma-separated list of slugs; a blank list is none given. @throws ApiError forbidden, documentTooLarge */
  async run(
    principal: Principal,
    teamId: TeamId,
    slugList: string | undefined,
  ): Promise<Record<string, unknown>> {
    const { reader, access } = this.#deps;
    requireAllowedOn(access, principal, 'exportPrompts', { teamId });
    const slugs = parseSlugs(slugList);
    if ((await exportBytes(reader, teamId, slugs)) > MAX_BYTES) throw new ApiError('documentTooLarge');
    return { kind: DOCUMENT_KIND, prompts: await exportedPrompts(reader, teamId, slugs) };
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
