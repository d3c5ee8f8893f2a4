/**
 * What an import of a document would do, and how its texts would render, though nothing of it is stored: so that a change can be judged before
 * anybody who may write has it. What an import would refuse is told by prompt, and hides nothing of the others.
 * See docs/decisions/207-previews-and-ci.md.
 */
import { setImmediate } from 'node:timers/promises';
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { AssertionCheck } from '../assertions/mod.ts';
import { inputSchemaOf, programOf } from '../changes/mod.ts';
import {
  listSamples,
  NO_PAYLOADS,
  newlyRequired,
  OUTPUT_CHARACTERS,
  type ProgramCheck,
  SAMPLE_BYTES,
  type Sample,
  type ShownCheck,
} from '../checks/mod.ts';
import { seesSlug } from '../limits/mod.ts';
import { outputDigest } from '../payloads/mod.ts';
import { changeFor, type InputSchemas, liveVersion, requireSchema } from '../versions/mod.ts';
import type { Contents, DocumentPrompt, DocumentVersion, InvalidPrompt, SortedDocument } from './document.ts';
import { requireSettable } from './document.ts';
import { requireNoBreaks } from './document-breaks.ts';
import type { HeavyDocuments } from './heavy-documents.ts';
import { type Canonical, type Change, type PlannedSnapshot, planPrompt } from './plan.ts';
import { canonicalOf, presentOf, requireNoConflict, requirePatterns } from './present-team.ts';
import { type JudgePlan, type PreviewedRequirement, previewRequirements } from './preview-requirements.ts';
import type { PresentRow } from './store.ts';

export interface PreviewImportDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
  readonly documents: HeavyDocuments;
  readonly programs: ProgramCheck;
  readonly schemas: InputSchemas;
  readonly assertions: Pick<AssertionCheck, 'patternFault'>;
  readonly judgePlan: JudgePlan;
  /** What a check of one version may take. */
  readonly checkBudgetMs: number;
}

export interface ImportPreview {
  readonly changes: readonly Change[];
  readonly checks: readonly TextCheck[];
  readonly requirements: readonly PreviewedRequirement[];
  readonly invalid: readonly InvalidPrompt[];
}

/** Of the version of a prompt with this number in the document. */
interface TextCheck {
  readonly slug: string;
  readonly number: number;
  readonly check: ShownCheck;
}

/** A prompt of the document that an import would take, as it stands in the team. */
interface Planned {
  readonly prompt: DocumentPrompt;
  readonly present: PresentRow | undefined;
  readonly changes: readonly Change[];
}

/** All checks of a preview share what so many checks of one version may take, since its caller waits for all of them. */
const CHECK_BUDGETS = 4;

/** Refusals that are about one prompt. */
const OF_A_PROMPT = new Set(['invalidDocument', 'documentConflicts', 'promptAlreadyExists', 'contractBreak']);

export class PreviewImport {
  readonly #deps: PreviewImportDependencies;

  constructor(deps: PreviewImportDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError forbidden (also for prompts that the limits of a key leave out), invalidRequestBody, invalidDocument for what is wrong with the whole, tooManyHeavyRenders */
  async run(
    principal: Principal,
    teamId: TeamId,
    readBody: () => Buffer,
    signal: AbortSignal,
  ): Promise<ImportPreview> {
    const { access, reader, documents, assertions } = this.#deps;
    requireAllowedOn(access, principal, 'previewImport', { teamId });
    const sorted = await documents.sort(teamId, readBody(), signal);
    if (!sorted.document.prompts.every(({ slug }) => seesSlug(principal, slug)))
      throw new ApiError('forbidden');
    const present = await presentOf(reader, teamId, sorted.document);
    const canonical = await canonicalOf(reader, sorted.document);
    const invalid = [...sorted.invalid];
    const planned: Planned[] = [];
    for (const [index, prompt] of sorted.document.prompts.entries()) {
      const own = present.find(({ slug }) => slug === prompt.slug);
      const changes = planPrompt(prompt, own, canonical, outputDigest);
      const one = { prompt, present: own, changes };
      const fault = await faultIn(async () => {
        requirePlannable(principal, sorted, index, one, present);
        const places = sorted.places.slice(index, index + 1);
        await requirePatterns(assertions, teamId, { prompts: [prompt] }, signal, places);
      });
      if (fault === undefined) planned.push(one);
      else invalid.push({ slug: prompt.slug, error: fault });
    }
    invalid.push(...(await this.#breaks(planned, sorted.contents, signal)));
    const changes = planned.flatMap((one) => one.changes);
    const bySlug = new Map(present.map((row) => [row.slug, row]));
    const guarded = await previewRequirements(this.#deps.judgePlan, { teamId, changes, bySlug });
    return {
      changes,
      checks: await this.#checks(teamId, planned, sorted.contents, canonical, signal),
      requirements: guarded.requirements,
      invalid: [...invalid, ...guarded.invalid],
    };
  }

  /** A break is shown with what causes it: an import may be told to go ahead nevertheless. */
  async #breaks(
    planned: readonly Planned[],
    contents: Contents,
    signal: AbortSignal,
  ): Promise<InvalidPrompt[]> {
    const broken: InvalidPrompt[] = [];
    for (const { prompt, present, changes } of planned) {
      if (present === undefined) continue;
      const bySlug = new Map([[prompt.slug, present]]);
      const document = { prompts: [prompt] };
      try {
        await requireNoBreaks(this.#deps, { document, contents, bySlug, changes }, signal);
      } catch (error) {
        broken.push({ slug: prompt.slug, error: faultOf(error) });
      }
    }
    return broken;
  }

  async #checks(
    teamId: TeamId,
    planned: readonly Planned[],
    contents: Contents,
    canonical: Canonical,
    signal: AbortSignal,
  ): Promise<TextCheck[]> {
    const timeBudgetMs = this.#deps.checkBudgetMs * CHECK_BUDGETS;
    let left = { ms: timeBudgetMs, characters: OUTPUT_CHARACTERS };
    const checks: TextCheck[] = [];
    for (const one of planned) {
      const { prompt, present } = one;
      const version = shownVersion(prompt);
      const content = version === undefined ? undefined : contents.get(version.digest);
      if (version === undefined || content === undefined) continue;
      const { live, change } = await this.#compared(present, content, signal);
      const saved =
        present === undefined
          ? { samples: [], digest: NO_PAYLOADS }
          : await listSamples(this.#deps.reader, present.id);
      const order = {
        version: programOf(content, requireSchema(content)),
        live: live === undefined ? undefined : programOf(live, inputSchemaOf(live)),
        isEnforced: (prompt.contract ?? present?.contract) === 'enforce',
        samples: samplesAfter(one, saved.samples, canonical),
        timeBudgetMs,
        budgetLeft: left,
      };
      const begun = performance.now();
      const outcome = await this.#deps.programs.run(teamId, order, signal);
      const characters = outcome.payloads.reduce((sum, piece) => sum + piece.byteLength, 0);
      left = { ms: left.ms - (performance.now() - begun), characters: left.characters - characters };
      const newVariables = newlyRequired(content.variables, live?.variables ?? []);
      const check = { live, base: live, newVariables, change, payloadsDigest: saved.digest, ...outcome };
      checks.push({ slug: prompt.slug, number: version.number, check });
      // Light checks run on this thread: others get their turn between them.
      await setImmediate();
      signal.throwIfAborted();
    }
    return checks;
  }

  async #compared(
    present: PresentRow | undefined,
    content: Parameters<typeof changeFor>[1],
    signal: AbortSignal,
  ) {
    const { reader, schemas } = this.#deps;
    const number = present?.versions.find(({ status }) => status === 'live')?.number;
    if (present === undefined || number === undefined)
      return { live: undefined, change: changeFor(undefined, content) };
    return schemas.knowing(present.id, String(number), signal, async () => {
      const live = await liveVersion(reader, present.id);
      return { live, change: changeFor(live, content) };
    });
  }
}

/** @throws ApiError invalidDocument, documentConflicts, promptAlreadyExists, as an import of the document */
function requirePlannable(
  principal: Principal,
  { document, places }: SortedDocument,
  index: number,
  { prompt, changes }: Planned,
  present: readonly PresentRow[],
): void {
  const place = places[index] ?? index;
  requireNoConflict(principal, prompt, place, present);
  for (const change of changes)
    if (change.action === 'set_tag') requireSettable(document, change.slug, change.tag);
}

async function faultIn(judge: () => Promise<void>): Promise<string | undefined> {
  try {
    await judge();
    return undefined;
  } catch (error) {
    return faultOf(error);
  }
}

/** @throws what is not about one prompt */
function faultOf(error: unknown): string {
  if (error instanceof ApiError && OF_A_PROMPT.has(error.code)) return error.publicMessage;
  throw error;
}

/** What the prompt's file would show: the version that is or becomes live, else the last that is not archived. */
function shownVersion({ versions }: DocumentPrompt): DocumentVersion | undefined {
  const usable = versions.filter(({ status }) => status !== 'archived');
  return (
    usable.find(({ status }) => status === 'live') ??
    usable.toSorted((one, other) => one.number - other.number).at(-1)
  );
}

/** The payloads that the prompt has after the import, those of the team first; an import removes none. */
function samplesAfter({ changes }: Planned, saved: readonly Sample[], canonical: Canonical): Sample[] {
  const updates = new Map<string | null, Partial<Sample>>();
  const created: Sample[] = [];
  for (const change of changes) {
    if (change.action !== 'update_payload' && change.action !== 'create_payload') continue;
    const { variables, assertions, snapshot } = change;
    const given = {
      variablesJson: canonical(variables),
      ...(assertions !== undefined && { assertions }),
      ...(snapshot !== undefined && { accepted: acceptedIn(snapshot) }),
    };
    if (change.action === 'update_payload') updates.set(change.id, given);
    else created.push({ payloadId: null, name: change.name, ...given });
  }
  const kept = saved.map((sample) => ({ ...sample, ...updates.get(sample.payloadId) }));
  let bytes = 0;
  return [...kept, ...created].map((sample) => {
    bytes += Buffer.byteLength(sample.variablesJson ?? '');
    return bytes > SAMPLE_BYTES ? { ...sample, variablesJson: null } : sample;
  });
}

/** The output that the document says is right; by the number in it, unless the team has the version. */
function acceptedIn({ output, version }: PlannedSnapshot): NonNullable<Sample['accepted']> {
  const number = version === undefined ? 1 : 'existing' in version ? version.existing : version.created;
  return { version: number, sha256: outputDigest(output) };
}
