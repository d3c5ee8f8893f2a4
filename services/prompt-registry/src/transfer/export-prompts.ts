/** Exports a team's prompts as one document. */
import type { Principal } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Db } from '../database/db.ts';
import { requireReader, type TeamAccess } from '../gates/mod.ts';
import { DOCUMENT_KIND } from './document.ts';
import type { TransferStore } from './store.ts';

export interface ExportPromptsDependencies {
  readonly db: Db;
  readonly access: TeamAccess;
  readonly store: TransferStore;
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
    const { db, access, store } = this.#deps;
    requireReader(access, principal, teamId);
    const slugs = parseSlugs(slugList);
    if ((await store.exportBytes(db, teamId, slugs)) > MAX_BYTES) throw new ApiError('documentTooLarge');
    return { kind: DOCUMENT_KIND, prompts: await store.export(db, teamId, slugs) };
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
