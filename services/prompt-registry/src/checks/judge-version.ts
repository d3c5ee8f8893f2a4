/** What policies are told of how a version renders. */
import type { PromptId } from '@px0/contracts';
import { onlyRow, type Reader, sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Judge, Judgement } from '../policies/mod.ts';
import { promptById } from '../prompts/mod.ts';
import type { CheckVersion } from './check-version.ts';

export interface JudgeVersionDependencies {
  readonly reader: Reader;
  readonly check: CheckVersion;
}

export class JudgeVersion implements Judge {
  readonly #deps: JudgeVersionDependencies;

  constructor(deps: JudgeVersionDependencies) {
    this.#deps = deps;
  }

  /** What is around the version is read first: if it changes while the version is judged, the judgement is of no use. */
  async judge(promptId: PromptId, version: number, signal: AbortSignal): Promise<Judgement> {
    const { reader, check } = this.#deps;
    const prompt = await promptById(reader, promptId);
    if (prompt === undefined) throw new ApiError('promptNotFound');
    const surroundings = await this.surroundings(reader, promptId);
    const result = await check.of(prompt, String(version), signal);
    const { id, bodyRevision } = result.version;
    return {
      version: { id, bodyRevision },
      surroundings,
      failed: result.failed,
      breaks: result.change.breaks,
    };
  }

  /** Every change of a payload sets its time; a contract decides what a render refuses. */
  async surroundings(reader: Reader, promptId: PromptId): Promise<string> {
    const rows = await reader.query<{ surroundings: string }>(sql`
      SELECT concat_ws(' ',
        (SELECT p.contract FROM prompts p WHERE p.id = ${promptId}::uuid),
        (SELECT v.id FROM prompt_versions v WHERE v.prompt_id = ${promptId}::uuid AND v.status = 'live'),
        (SELECT md5(string_agg(y.id || ' ' || y.updated_at, ',' ORDER BY y.id))
         FROM prompt_payloads y WHERE y.prompt_id = ${promptId}::uuid)) AS surroundings`);
    return onlyRow(rows).surroundings;
  }
}
