/**
 * What an import has to do: the difference between a document and a team, as a list of changes in the order in which they are
 * made. Pure, so a dry run and the real run cannot disagree; a team that is already in line has an empty plan.
 * See docs/decisions/074-imports-and-prompt-files.md.
 */
import type { Assertion } from '@px0/assertions';
import type { VersionStatus, Wire } from '@px0/contracts';
import type { DocumentPayload, DocumentPrompt, DocumentVersion } from './document.ts';

type Contract = Wire<'Prompt'>['contract'];

/** A version of the document: one that the prompt has already, or the one that `create_version` makes for it. */
export type VersionHandle = { readonly existing: number } | { readonly created: number };

export type Change =
  | {
      readonly action: 'create_prompt';
      readonly slug: string;
      readonly name: string;
      readonly description: string;
      readonly folder: string;
      readonly contract: Contract;
    }
  | { readonly action: 'update_description'; readonly slug: string; readonly description: string }
  | { readonly action: 'set_folder'; readonly slug: string; readonly folder: string }
  | { readonly action: 'set_contract'; readonly slug: string; readonly contract: Contract }
  | {
      readonly action: 'create_version';
      readonly slug: string;
      readonly number: number;
      readonly digest: string;
      readonly note: string;
    }
  | {
      readonly action: 'promote_version';
      readonly slug: string;
      readonly version: VersionHandle;
      /** What the step makes of the version. */
      readonly to: 'stable' | 'live';
    }
  | {
      readonly action: 'archive_version';
      readonly slug: string;
      readonly version: VersionHandle;
    }
  | {
      readonly action: 'set_tag';
      readonly slug: string;
      readonly tag: string;
      readonly version: VersionHandle;
    }
  | ({
      readonly action: 'create_payload';
      readonly slug: string;
      readonly name: string | null;
      readonly variables: unknown;
    } & PayloadExpectations)
  | ({
      readonly action: 'update_payload';
      readonly slug: string;
      readonly id: string;
      readonly variables: unknown;
    } & PayloadExpectations)
  | { readonly action: 'archive_prompt' | 'restore_prompt'; readonly slug: string };

/** What is expected of a payload's output; what is undefined stays. */
interface PayloadExpectations {
  readonly assertions?: readonly Assertion[];
  readonly snapshot?: PlannedSnapshot;
}

export interface PlannedSnapshot {
  readonly output: string;
  /** The document does not say whose output it is: it counts as that of the version that stands for all. Undefined without versions. */
  readonly version: VersionHandle | undefined;
}

export interface PresentVersion {
  readonly number: number;
  readonly status: VersionStatus;
  readonly digest: string;
}

export interface PresentPayload {
  readonly id: string;
  readonly name: string | null;
  /** The variables in the one spelling that equal values share. */
  readonly canonical: string;
  /** The same of its assertions. */
  readonly assertions?: string;
  /** The digest of the accepted output. */
  readonly snapshot?: string | null;
}

/** What the team has under a slug of the document. */
export interface PresentPrompt {
  readonly slug: string;
  readonly description: string;
  readonly folder: string;
  readonly contract: Contract;
  readonly status: 'active' | 'archived';
  readonly versions: readonly PresentVersion[];
  readonly tags: { readonly [tag: string]: number };
  readonly payloads: readonly PresentPayload[];
}

/** How values of the document are compared with those of the team: by the one spelling that equal values share. */
export type Canonical = (variables: unknown) => string;

/** The digest by which outputs are compared. */
export type OutputDigest = (output: string) => string;

export function planPrompt(
  prompt: DocumentPrompt,
  present: PresentPrompt | undefined,
  canonical: Canonical,
  digestOf: OutputDigest,
): Change[] {
  const { slug, name, description = present?.description ?? '', folder = present?.folder ?? '' } = prompt;
  const { contract = present?.contract ?? 'off' } = prompt;
  const changes: Change[] = [];
  if (present === undefined)
    changes.push({ action: 'create_prompt', slug, name, description, folder, contract });
  else {
    if (description !== present.description)
      changes.push({ action: 'update_description', slug, description });
    if (folder !== present.folder) changes.push({ action: 'set_folder', slug, folder });
    if (contract !== present.contract) changes.push({ action: 'set_contract', slug, contract });
  }
  const versions = planVersions(prompt, present);
  const payloads = prompt.payloads.flatMap(
    planPayloads(slug, present?.payloads ?? [], { canonical, digestOf, version: versions.shown }),
  );
  // An accepted output names a version, which has to be there; payloads of one name go by their order.
  const hasSnapshot = payloads.some((change) => 'snapshot' in change);
  changes.push(...(hasSnapshot ? [...versions.changes, ...payloads] : [...payloads, ...versions.changes]));
  changes.push(...versions.last);
  const status = present?.status ?? 'active';
  if (prompt.status !== undefined && prompt.status !== status) {
    changes.push({ action: prompt.status === 'archived' ? 'archive_prompt' : 'restore_prompt', slug });
  }
  return changes;
}

interface PlannedVersions {
  readonly changes: readonly Change[];
  readonly last: readonly Change[];
  /** The live version of the document, else its newest. */
  readonly shown: VersionHandle | undefined;
}

/** Versions, then tags, and the promotion to live last: nothing goes live before all that belongs to it is there. */
function planVersions(prompt: DocumentPrompt, present: PresentPrompt | undefined): PlannedVersions {
  const { slug } = prompt;
  const free = [...(present?.versions ?? [])].sort((a, b) => a.number - b.number);
  const handles = new Map<number, VersionHandle>();
  const isAlone = aloneIn(prompt.versions);
  const changes: Change[] = [];
  const last: Change[] = [];
  for (const version of prompt.versions.toSorted((a, b) => a.number - b.number)) {
    const { digest, note } = version;
    const fits = (own: PresentVersion) => own.digest === digest && isArchived(own) === isArchived(version);
    const tags = Object.keys(prompt.tags).filter((tag) => prompt.tags[tag] === version.number);
    const changesTo = ({ number, status }: PresentVersion) =>
      stepsBetween(status, version.status).length * (tags.length + 1) +
      tags.filter((tag) => present?.tags[tag] !== number).length;
    const match = takeBest(free, fits, isAlone(version) ? changesTo : () => 0);
    const handle = match === undefined ? { created: version.number } : { existing: match.number };
    handles.set(version.number, handle);
    if (match === undefined)
      changes.push({ action: 'create_version', slug, number: version.number, digest, note });
    const steps = stepsBetween(match?.status ?? 'draft', version.status).map((to): Change => {
      return to === 'archived'
        ? { action: 'archive_version', slug, version: handle }
        : { action: 'promote_version', slug, version: handle, to };
    });
    if (version.status === 'live') last.push(...steps);
    else changes.push(...steps);
  }
  for (const [tag, number] of Object.entries(prompt.tags)) {
    const version = handles.get(number);
    if (version === undefined) continue;
    const isThere = 'existing' in version && present?.tags[tag] === version.existing;
    if (!isThere) changes.push({ action: 'set_tag', slug, tag, version });
  }
  const { number: shown } =
    prompt.versions.find(({ status }) => status === 'live') ??
    prompt.versions.toSorted((a, b) => a.number - b.number).at(-1) ??
    {};
  return { changes, last, shown: shown === undefined ? undefined : handles.get(shown) };
}

/**
 * The version that stands for one of the document: the same content, in a state from which the document's can be reached, and of several the one that needs
 * the fewest changes, those of states before those of tags: what is live stays live. Each stands for one only, so a content that occurs twice is created twice, and found twice by the next import.
 */
function takeBest(
  free: PresentVersion[],
  fits: (version: PresentVersion) => boolean,
  changesTo: (version: PresentVersion) => number,
): PresentVersion | undefined {
  let best: { readonly index: number; readonly changes: number } | undefined;
  for (const [index, version] of free.entries()) {
    if (!fits(version)) continue;
    const changes = changesTo(version);
    if (best === undefined || changes < best.changes) best = { index, changes };
  }
  return best === undefined ? undefined : free.splice(best.index, 1)[0];
}

/**
 * Whether a version is the only one with its content. It then goes by the version that it describes best: a file of the command line holds one of perhaps
 * several that share one. Versions of one content are paired by their numbers instead, since the best for one may be another's.
 */
function aloneIn(versions: readonly DocumentVersion[]): (version: DocumentVersion) => boolean {
  const key = (version: DocumentVersion) => `${isArchived(version)} ${version.digest}`;
  const counts = new Map<string, number>();
  for (const version of versions) counts.set(key(version), (counts.get(key(version)) ?? 0) + 1);
  return (version) => counts.get(key(version)) === 1;
}

function isArchived({ status }: { readonly status: VersionStatus }): boolean {
  return status === 'archived';
}

/** Steps forward only: an import takes nothing out of service except what the document puts in its place. */
function stepsBetween(from: VersionStatus, to: VersionStatus): ('stable' | 'live' | 'archived')[] {
  if (from === to || from === 'archived' || to === 'draft') return [];
  if (to === 'archived') return ['archived'];
  if (from === 'draft') return to === 'live' ? ['stable', 'live'] : ['stable'];
  return to === 'live' ? ['live'] : [];
}

interface PayloadPlanning {
  readonly canonical: Canonical;
  readonly digestOf: OutputDigest;
  readonly version: VersionHandle | undefined;
}

/** A payload with a name is known by it; one without is known by its variables. What the document does not say of it stays. */
function planPayloads(
  slug: string,
  present: readonly PresentPayload[],
  { canonical, digestOf, version }: PayloadPlanning,
) {
  const free = [...present];
  return ({ name, variables, assertions, snapshot }: DocumentPayload): Change[] => {
    const text = canonical(variables);
    const index = free.findIndex((own) => own.name === name && (name !== null || own.canonical === text));
    const match = index === -1 ? undefined : free.splice(index, 1)[0];
    const isOther = assertions !== undefined && canonical(assertions) !== (match?.assertions ?? '[]');
    const isAccepted = snapshot === undefined || match?.snapshot === digestOf(snapshot);
    const expected = {
      ...(isOther && { assertions }),
      ...(!isAccepted && { snapshot: { output: snapshot, version } }),
    };
    if (match === undefined) return [{ action: 'create_payload', slug, name, variables, ...expected }];
    return match.canonical === text && !isOther && isAccepted
      ? []
      : [{ action: 'update_payload', slug, id: match.id, variables, ...expected }];
  };
}
