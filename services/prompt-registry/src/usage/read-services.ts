/** Shows which services render a prompt, or the prompts of a team. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { PromptId, TeamId, Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { seenSlugs } from '../limits/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import { parseDays } from './days.ts';
import { promptServices, teamServices } from './service-store.ts';

export interface ReadServicesDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
  readonly prompts: FindPrompt;
}

export interface ServicesParameters {
  readonly days?: string | undefined;
  readonly version?: string | undefined;
}

const DEFAULT_DAYS = 7;

export class ReadServices {
  readonly #deps: ReadServicesDependencies;

  constructor(deps: ReadServicesDependencies) {
    this.#deps = deps;
  }

  /**
   * A version that does not exist was rendered by nobody.
   *
   * @throws ApiError promptNotFound, invalidTimeRange
   */
  async ofPrompt(
    principal: Principal,
    promptId: PromptId,
    { days, version = '' }: ServicesParameters,
  ): Promise<Wire<'PromptService'>[]> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'listPromptServices', promptId);
    const range = parseDays(days, DEFAULT_DAYS);
    if (version !== '' && !/^[1-9]\d{0,8}$/.test(version)) return [];
    return await promptServices(reader, promptId, {
      days: range,
      version: version === '' ? undefined : Number(version),
    });
  }

  /** @throws ApiError forbidden, invalidTimeRange */
  async ofTeam(
    principal: Principal,
    teamId: TeamId,
    { days }: ServicesParameters,
  ): Promise<Wire<'TeamService'>[]> {
    const { reader, access } = this.#deps;
    requireAllowedOn(access, principal, 'listTeamServices', { teamId });
    return await teamServices(reader, teamId, parseDays(days, DEFAULT_DAYS), seenSlugs(principal));
  }
}
