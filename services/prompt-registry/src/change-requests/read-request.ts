/** Shows a change request with what it is about: what callers get now, what they would get, and how the payloads render with it. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { CheckResult, CheckVersion } from '../checks/mod.ts';
import { findPayload, type PayloadRow } from '../payloads/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import { findVersion, type VersionRow } from '../versions/mod.ts';
import { presentFor } from './binding.ts';
import { versionIn } from './proposed-change.ts';
import type { RequestGate } from './request-gate.ts';
import type { RequestViews } from './request-view.ts';
import type { RequestRow } from './store.ts';

export interface ReadRequestDependencies {
  readonly reader: Reader;
  readonly requests: RequestGate;
  readonly prompts: FindPrompt;
  readonly views: RequestViews;
  readonly check: CheckVersion;
}

export interface ShownRequest {
  readonly request: Wire<'ChangeRequest'>;
  readonly before: VersionRow | undefined;
  readonly after: VersionRow | undefined;
  readonly check: CheckResult | undefined;
  readonly payload: PayloadRow | undefined;
}

export class ReadRequest {
  readonly #deps: ReadRequestDependencies;

  constructor(deps: ReadRequestDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError changeRequestNotFound, tooManyHeavyRenders */
  async run(principal: Principal, id: string, signal: AbortSignal): Promise<ShownRequest> {
    const { requests, views } = this.#deps;
    const row = await requests.find(principal, 'getChangeRequest', id);
    const request = await views.of(id, signal);
    return { request, ...(await this.#contents(principal, row, signal)) };
  }

  async #contents(
    principal: Principal,
    row: RequestRow,
    signal: AbortSignal,
  ): Promise<Omit<ShownRequest, 'request'>> {
    const { reader } = this.#deps;
    const nothing = { before: undefined, after: undefined, check: undefined, payload: undefined };
    // Of a prompt that has left the team, its readers see no more than what the request itself says.
    if (!(await this.#isStillThere(principal, row))) return nothing;
    const { change, promptId } = row;
    const { version: proposed, live, binding } = await presentFor(reader, promptId, change);
    const versionOf = async (number: number | null | undefined) =>
      number == null ? undefined : findVersion(reader, promptId, { kind: 'number', number });
    const before = await versionOf('tag' in change ? binding.tag_version : live?.number);
    const version = await versionOf(proposed?.number);
    const payload =
      change.kind === 'payload' && change.payload_id !== null
        ? await findPayload(reader, promptId, change.payload_id)
        : undefined;
    const check = version === undefined ? undefined : await this.#check(principal, row, signal);
    return { before, after: version, check, payload };
  }

  async #isStillThere(principal: Principal, { promptId, teamId }: RequestRow): Promise<boolean> {
    try {
      const prompt = await this.#deps.prompts.run(principal, 'getPrompt', promptId);
      return prompt.teamId === teamId;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'promptNotFound') return false;
      throw error;
    }
  }

  /** Undefined for a request that has ended, and when the version has just been deleted. */
  async #check(
    principal: Principal,
    { state, change, promptId }: RequestRow,
    signal: AbortSignal,
  ): Promise<CheckResult | undefined> {
    const number = versionIn(change);
    if (state !== 'open' || number === undefined) return undefined;
    try {
      return await this.#deps.check.run(principal, promptId, String(number), signal);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'versionNotFound') return undefined;
      throw error;
    }
  }
}
