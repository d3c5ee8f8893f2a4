/**
 * Brings a team in line with a document. The plan is made and checked as a whole; then each change is an operation of its own,
 * with its own audit entry and event, so repeating an interrupted import finishes it.
 */

import { type AccessProjection, isAllowedOn, type Principal, requireAllowedOn } from '@px0/access';
import type { PromptId, TeamId, Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { AssertionCheck } from '../assertions/mod.ts';
import { type Authoring, requireAuthoringOn } from '../changes/mod.ts';
import { requireLiveSeen, requireTagSeen, seesSlug } from '../limits/mod.ts';
import { type CreatePayload, outputDigest, type UpdatePayload } from '../payloads/mod.ts';
import type { PolicyGate } from '../policies/mod.ts';
import type { CreatePrompt, DescribePrompt, PatchPrompt, SetPromptStatus } from '../prompts/mod.ts';
import type { KeepSnapshot } from '../snapshots/mod.ts';
import type { SetTag } from '../tags/mod.ts';
import {
  type Allowance,
  type CreateVersion,
  type InputSchemas,
  namingPrompt,
  parseAllowance,
  requireAuthoring,
  type TransitionVersion,
} from '../versions/mod.ts';
import { type Contents, type PromptDocument, requireSettable } from './document.ts';
import { requireNoBreaks } from './document-breaks.ts';
import { judgePlan, type Opening, requireNoRefusal, withRequests } from './document-policies.ts';
import type { HeavyDocuments } from './heavy-documents.ts';
import { type Change, planPrompt, type VersionHandle } from './plan.ts';
import { canonicalOf, presentOf, requireNoConflict, requirePatterns } from './present-team.ts';
import { type Proposal, requestTexts } from './proposal.ts';
import type { PresentRow } from './store.ts';

export interface ImportPromptsDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
  readonly prompts: {
    readonly create: CreatePrompt;
    readonly describe: DescribePrompt;
    readonly patch: PatchPrompt;
    readonly setStatus: SetPromptStatus;
  };
  readonly versions: {
    readonly create: CreateVersion;
    readonly transition: TransitionVersion;
    readonly schemas: InputSchemas;
  };
  readonly tags: { readonly set: SetTag };
  readonly documents: HeavyDocuments;
  readonly authoring: Authoring;
  readonly gate: PolicyGate;
  /** Absent where change requests cannot be opened. */
  readonly requests?: OpenRequests | undefined;
  readonly payloads: { readonly create: CreatePayload; readonly update: UpdatePayload };
  readonly snapshots: { readonly keep: KeepSnapshot };
  readonly assertions: AssertionCheck;
}

/** Opens change requests, which implement it. */
export interface OpenRequests {
  /** @throws ApiError changeRequestOpen, and why the change is not possible */
  open(
    principal: Principal,
    promptId: PromptId,
    request: { readonly title: string; readonly description?: string; readonly change: Wire<'Change'> },
  ): Promise<unknown>;
}

/** Ids that an import learns while it works. */
interface Progress {
  readonly proposal: Proposal;
  readonly allowance: Allowance;
  readonly contents: Contents;
  readonly prompts: Map<string, PromptId>;
  /** By slug and number in the document. */
  readonly versions: Map<string, number>;
}

export interface ImportOptions {
  readonly mode: 'dry-run' | 'apply';
  /** `request`: opens a change request for each change that needs one. */
  readonly policy?: 'request' | undefined;
  /** What the query allows. */
  readonly allow?: string | undefined;
}

export class ImportPrompts {
  readonly #deps: ImportPromptsDependencies;

  constructor(deps: ImportPromptsDependencies) {
    this.#deps = deps;
  }

  /**
   * Returns what was done, or with `dryRun` would be.
   *
   * @throws ApiError forbidden (also for what the limits of a key leave out), invalidAllow, what `readBody` throws, invalidRequestBody, titleTooLong,
   * descriptionTooLong, invalidDocument,
   * documentConflicts, promptAlreadyExists, tooManyVersionsOrTags, tooManyHeavyRenders, contractBreak, protectedTagOnDraft, changeRequestRequired, checksFail,
   * serviceUnavailable for what prompts and versions may not hold yet
   */
  async run(
    principal: Principal,
    teamId: TeamId,
    readBody: () => Buffer,
    { mode, allow, policy }: ImportOptions,
    signal: AbortSignal,
  ): Promise<(Change | Opening)[]> {
    const { reader, access, documents, authoring, gate } = this.#deps;
    requireAllowedOn(access, principal, 'importPrompts', { teamId });
    const allowance = parseAllowance(allow);
    const { document, contents, proposal } = await documents.read(teamId, readBody(), signal);
    if (!document.prompts.every(({ slug }) => seesSlug(principal, slug))) throw new ApiError('forbidden');
    await requirePatterns(this.#deps.assertions, teamId, document, signal);
    const present = await presentOf(reader, teamId, document);
    for (const [place, prompt] of document.prompts.entries())
      requireNoConflict(principal, prompt, place, present);
    const canonical = await canonicalOf(reader, document);
    const bySlug = new Map(present.map((row) => [row.slug, row]));
    const changes = document.prompts.flatMap((prompt) =>
      planPrompt(prompt, bySlug.get(prompt.slug), canonical, outputDigest),
    );
    for (const change of changes) {
      if (change.action === 'set_tag') {
        requireSettable(document, change.slug, change.tag);
        requireTagSeen(principal, change.tag);
      }
      if (change.action === 'create_version') requireAuthoring(authoring, known(contents.get(change.digest)));
      if ('contract' in change && change.contract !== 'off') requireAuthoringOn(authoring);
    }
    if (changesLive(document, bySlug, changes)) requireLiveSeen(principal);
    const archives = changes.some(({ action }) => action === 'archive_prompt' || action === 'restore_prompt');
    if (archives && !isAllowedOn(access, principal, 'archivePrompt', { teamId }))
      throw new ApiError('forbidden');
    if (allowance === undefined) {
      const { versions } = this.#deps;
      await requireNoBreaks(
        { reader, schemas: versions.schemas },
        { document, contents, bySlug, changes },
        signal,
      );
    }
    const judged = await judgePlan({ reader, gate }, { teamId, changes, bySlug });
    const planned = policy === 'request' ? withRequests(judged) : judged.ordered;
    if (mode === 'apply') {
      requireNoRefusal(policy === 'request' ? { ...judged, refused: [] } : judged);
      const progress = { proposal, allowance, contents, prompts: idsOf(present), versions: new Map() };
      for (const change of planned) await this.#make(principal, teamId, change, progress);
    }
    return [...planned];
  }

  /** One that is open already for the same change serves as well: an import can be repeated. */
  async #open(
    principal: Principal,
    promptId: PromptId,
    { proposed, proposal: proposalOf }: Opening,
    proposal: Proposal,
    numberOf: (version: VersionHandle) => number,
  ): Promise<void> {
    const { requests } = this.#deps;
    if (requests === undefined) throw new ApiError('serviceUnavailable');
    const change = proposalOf('version' in proposed ? numberOf(proposed.version) : undefined);
    const shown = `Import: ${[change.kind.replace('_', ' '), change.version, change.to, change.tag]
      .filter((part) => part !== undefined)
      .join(' ')}`;
    try {
      await requests.open(principal, promptId, { ...requestTexts(proposal, shown), change });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'changeRequestOpen') throw error;
    }
  }

  async #make(
    principal: Principal,
    teamId: TeamId,
    planned: Change | Opening,
    progress: Progress,
  ): Promise<void> {
    const { prompts, versions, tags, payloads } = this.#deps;
    const { slug } = planned;
    if (planned.action === 'create_prompt') {
      const { id } = await prompts.create.run(principal, teamId, () => planned);
      progress.prompts.set(slug, id);
      return;
    }
    const id = known(progress.prompts.get(slug));
    const numberOf = (version: VersionHandle) =>
      'existing' in version ? version.existing : known(progress.versions.get(`${slug} ${version.created}`));
    const refOf = (version: VersionHandle) => String(numberOf(version));
    switch (planned.action) {
      case 'open_change_request':
        await this.#open(principal, id, planned, progress.proposal, numberOf);
        break;
      case 'update_description':
        await prompts.describe.run(principal, id, () => planned);
        break;
      case 'set_folder':
        await prompts.patch.run(principal, id, () => ({ folder: planned.folder }));
        break;
      case 'set_contract':
        await prompts.patch.run(principal, id, () => ({ contract: planned.contract }));
        break;
      case 'create_version': {
        const content = { ...known(progress.contents.get(planned.digest)), note: planned.note };
        const { number } = await versions.create.insert(principal, id, () => content);
        progress.versions.set(`${slug} ${planned.number}`, number);
        break;
      }
      case 'promote_version':
        await namingPrompt(slug, () =>
          versions.transition.run(principal, id, refOf(planned.version), 'promote', {
            allowed: progress.allowance,
          }),
        );
        break;
      case 'archive_version':
        await versions.transition.run(principal, id, refOf(planned.version), 'archive');
        break;
      case 'set_tag':
        await tags.set.run(principal, id, refOf(planned.version), () => planned);
        break;
      case 'create_payload':
      case 'update_payload': {
        const { variables, assertions, snapshot } = planned;
        const input = { variables, ...(assertions !== undefined && { assertions }) };
        const payload =
          planned.action === 'update_payload'
            ? await payloads.update.run(principal, id, planned.id, () => input)
            : await payloads.create.run(principal, id, () => ({
                ...input,
                ...(planned.name === null ? {} : { name: planned.name }),
              }));
        if (snapshot !== undefined) {
          const version = snapshot.version === undefined ? undefined : refOf(snapshot.version);
          await this.#deps.snapshots.keep.run(principal, id, payload.id, {
            output: snapshot.output,
            version,
          });
        }
        break;
      }
      case 'archive_prompt':
        await prompts.setStatus.run(principal, id, 'archived');
        break;
      case 'restore_prompt':
        await prompts.setStatus.run(principal, id, 'active');
        break;
    }
  }
}

function idsOf(present: readonly PresentRow[]): Progress['prompts'] {
  return new Map(present.map(({ slug, id }) => [slug, id]));
}

/** Whether the plan changes what live renders give: another version goes live, the live one is archived, or the contract is another one. */
function changesLive(
  { prompts }: PromptDocument,
  bySlug: ReadonlyMap<string, PresentRow>,
  changes: readonly Change[],
): boolean {
  const goesLive = new Set(
    prompts
      .filter(({ versions }) => versions.some(({ status }) => status === 'live'))
      .map(({ slug }) => slug),
  );
  return changes.some((change) => {
    if (change.action === 'set_contract') return true;
    if (change.action === 'promote_version') return goesLive.has(change.slug);
    if (change.action !== 'archive_version' || !('existing' in change.version)) return false;
    const { existing } = change.version;
    const versions = bySlug.get(change.slug)?.versions ?? [];
    return versions.some(({ number, status }) => number === existing && status === 'live');
  });
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a plan uses what it has not created');
  return value;
}
