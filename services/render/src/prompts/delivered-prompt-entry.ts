/** A prompt as another px0 has delivered it: with the versions that are live or tagged, and without a word of the others. */
import { isDeepStrictEqual } from 'node:util';
import type { StateOf, VersionStatus } from '@px0/contracts';
import { type DeliveredPrompt, type DeliveredVersion, LANGUAGE_LEVEL } from '@px0/delivery/server';
import type { InputSchema } from '@px0/input-contract';
import type { KnownSchema } from './contract.ts';
import { PromptEntry, type PromptFacts, type VersionRow } from './prompt-directory.ts';
import type { VersionContent } from './renderable-version.ts';

/** Of the content of a version that is not delivered, and does not change: no other compares with it. */
const NOT_DELIVERED = Number.MAX_SAFE_INTEGER;

const STATUSES: ReadonlySet<string> = new Set<VersionStatus>(['draft', 'stable', 'live', 'archived']);

/** Rises with each content, so that nothing that was kept of an earlier one is taken for it. */
let contents = 0;

export class DeliveredPromptEntry extends PromptEntry {
  override readonly delivered: DeliveredPrompt;

  constructor(teamId: string, delivered: DeliveredPrompt, previous: PromptEntry | undefined) {
    super(delivered.id, factsOf(teamId, delivered, previous), previous);
    this.delivered = delivered;
  }

  /** Which others exist, only whoever delivers knows. */
  override versionRow(number: number): VersionRow | undefined {
    return super.versionRow(number) ?? [number, 'stable', NOT_DELIVERED];
  }

  override get awaitedLive(): VersionRow | undefined {
    const { live } = this.delivered;
    return live === null || this.live !== undefined ? undefined : this.versionRow(live);
  }

  /** What was delivered of a version. Undefined where that cannot be rendered here. */
  content(number: number): VersionContent | undefined {
    const version = this.delivered.versions.find((one) => one.version === number);
    return version && contentOf(version, this.delivered);
  }
}

function factsOf(teamId: string, delivered: DeliveredPrompt, previous: PromptEntry | undefined): PromptFacts {
  const { slug, status, created_at, live, tags, contract, versions } = delivered;
  const liveVersion = versions.find(({ version }) => version === live);
  const content = liveVersion && contentOf(liveVersion, delivered);
  return {
    team_id: teamId,
    slug,
    status: status === 'archived' ? 'archived' : 'active',
    created_at,
    live: live === null || content === undefined ? null : { number: live, ...content },
    ...(isPolicy(contract) && { contract }),
    tags,
    versions: versions.map((version) => rowOf(version, previous)),
  };
}

function rowOf(delivered: DeliveredVersion, previous: PromptEntry | undefined): VersionRow {
  const { version, status } = delivered;
  const row = previous?.versions.find(([number]) => number === version);
  const before = previous?.delivered?.versions.find((one) => one.version === version);
  const isSame = before !== undefined && isDeepStrictEqual({ ...before, status }, delivered);
  const isKnown = isSame && row !== undefined;
  if (!isKnown) contents += 1;
  return [version, isStatus(status) ? status : 'stable', isKnown ? row[2] : contents];
}

function contentOf(version: DeliveredVersion, prompt: DeliveredPrompt): VersionContent | undefined {
  const { template, outline, sources, config, language } = version;
  // A level that is absent or no number is one of a later px0.
  if (template === null || !(language <= LANGUAGE_LEVEL)) return undefined;
  return {
    template,
    ...(outline !== undefined && { outline }),
    ...(sources !== undefined && { sources }),
    ...(config !== undefined && { config }),
    ...schemaOf(version, prompt),
  };
}

/** Delivered while the contract is not off: where it is absent then, what counts is what the program needs. */
function schemaOf(
  { schema }: DeliveredVersion,
  { contract }: DeliveredPrompt,
): { readonly schema?: KnownSchema } {
  // px0 has checked it.
  if (schema !== undefined) return { schema: schema as InputSchema };
  return contract === undefined ? {} : { schema: null };
}

function isPolicy(contract: string | undefined): contract is NonNullable<StateOf<'prompt'>['contract']> {
  return contract === 'warn' || contract === 'enforce';
}

function isStatus(status: string): status is VersionStatus {
  return STATUSES.has(status);
}
