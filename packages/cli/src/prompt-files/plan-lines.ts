/** A plan in lines that say what becomes of a prompt: the steps of a version are one line, as `greeting: v4 draft -> stable -> live, instead of v3`. */
import type { ImportChange } from '@px0/sdk/api';

/** What the team has of a prompt. */
export interface PresentVersions {
  readonly versions: readonly { readonly number: number; readonly status: Status }[];
}

export type Status = 'draft' | 'stable' | 'live' | 'archived';

export interface PlanLine {
  readonly kind: 'new' | 'changed';
  readonly slug: string;
  readonly text: string;
}

/** `presentOf` is asked for prompts that are in the team. Undefined: only what the plan says of itself is told. */
export function planLines(
  changes: readonly ImportChange[],
  presentOf: (slug: string) => PresentVersions | undefined = () => undefined,
): PlanLine[] {
  const lines: PlanLine[] = [];
  for (const [slug, own] of bySlug(changes)) {
    const isNew = own.some(({ action }) => action === 'create_prompt');
    lines.push(...new Prompt(slug, own, isNew ? { versions: [] } : presentOf(slug)).lines());
  }
  return lines;
}

/** In the order in which the slugs come first. */
export function bySlug<T extends { readonly slug: string }>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(one.slug);
    if (group === undefined) groups.set(one.slug, [one]);
    else group.push(one);
  }
  return groups;
}

const STEPS: readonly Status[] = ['draft', 'stable', 'live'];

class Prompt {
  readonly #slug: string;
  readonly #changes: readonly ImportChange[];
  readonly #present: PresentVersions | undefined;

  constructor(slug: string, changes: readonly ImportChange[], present: PresentVersions | undefined) {
    this.#slug = slug;
    this.#changes = changes;
    this.#present = present;
  }

  lines(): PlanLine[] {
    const lines: PlanLine[] = [];
    const told = new Set<ImportChange>();
    for (const change of this.#changes) {
      if (told.has(change)) continue;
      const { action } = change;
      const isVersion = action === 'create_version' || action === 'promote_version';
      // A document of files has one version of each prompt, so all steps are its.
      const steps = isVersion ? this.#changes.filter((one) => one.action === 'promote_version') : [];
      for (const step of steps) told.add(step);
      const text = isVersion ? this.#version(change, steps.length) : this.#other(change);
      const kind = action.startsWith('create') ? 'new' : 'changed';
      lines.push({ kind, slug: this.#slug, text });
    }
    return lines;
  }

  #version({ action, subject }: ImportChange, steps: number): string {
    const isNew = action === 'create_version';
    const number = isNew ? this.#newNumber : Number(subject);
    const known = this.#present?.versions.find((one) => one.number === number)?.status;
    // Two steps begin at a draft. One that begins elsewhere is that of a stable version, which is what most are.
    const from = isNew || steps === 2 ? 'draft' : (known ?? 'stable');
    const start = STEPS.indexOf(from);
    const path = STEPS.slice(start, start + steps + 1);
    const name = number === undefined ? 'new version,' : `v${number}`;
    const live = this.#present?.versions.find(({ status }) => status === 'live')?.number;
    const isReplaced = path.at(-1) === 'live' && steps > 0 && live !== undefined;
    return `${name} ${path.join(' -> ')}${isReplaced ? `, instead of v${live}` : ''}`;
  }

  /** Undefined: unknown. */
  get #newNumber(): number | undefined {
    if (this.#present === undefined) return undefined;
    return Math.max(0, ...this.#present.versions.map(({ number }) => number)) + 1;
  }

  #other({ action, subject }: ImportChange): string {
    switch (action) {
      case 'set_tag': {
        const version = this.#taggedNumber;
        return `set the tag ${subject}${version === undefined ? '' : ` to v${version}`}`;
      }
      case 'set_folder':
        return subject === null || subject === ''
          ? 'move it out of its folder'
          : `move it to the folder ${subject}`;
      case 'set_contract':
        return `set the contract to ${subject}`;
      case 'archive_version':
        return `archive v${subject}`;
      case 'create_payload':
        return `create the payload ${subject ?? ''}`.trimEnd();
      case 'open_change_request':
        // A number would be that of a version of the document.
        return subject === null || /^\d*$/.test(subject)
          ? 'open a change request'
          : `open a change request for ${subject}`;
      default:
        return sentences[action] ?? action.replaceAll('_', ' ');
    }
  }

  /** Of the one version that a file has, where the plan says which that is. */
  get #taggedNumber(): number | undefined {
    if (this.#changes.some(({ action }) => action === 'create_version')) return this.#newNumber;
    const step = this.#changes.find(({ action }) => action === 'promote_version');
    return step === undefined ? undefined : Number(step.subject);
  }
}

const sentences: { readonly [Action in ImportChange['action']]?: string } = {
  create_prompt: 'create the prompt',
  update_description: 'change the description',
  archive_prompt: 'archive the prompt',
  restore_prompt: 'restore the prompt',
  update_payload: 'change a payload',
};
