/** What may stand at a place in a command line. What belongs to the command comes from its declarations, which also parse it; the rest from px0. */
import type { Command } from 'commander';
import { type Kind, kindOf } from './kinds.ts';
import { optionsOf, type Place } from './place.ts';

export interface Candidate {
  readonly value: string;
  /** One short line; empty for none. */
  readonly about: string;
}

/** What the shell itself offers beside the candidates. */
export type Names = 'none' | 'files' | 'directories';

export interface Offer {
  readonly candidates: readonly Candidate[];
  readonly names: Names;
}

/** What `--version` is where a command has an option of that name: nothing to offer. */
const ALWAYS_VERSION = '--px0-version';

/** The values of a kind, as px0 has them. */
export type Values = (kind: Kind, place: Place) => Promise<readonly Candidate[]>;

export async function offerAt(program: Command, place: Place, values: Values): Promise<Offer> {
  const { awaits, command, before } = place;
  switch (awaits.kind) {
    case 'commands': {
      const visible = command.createHelp().visibleCommands(command);
      return plain(visible.map((sub) => ({ value: sub.name(), about: sub.description() })));
    }
    case 'options':
      return plain(optionsAt(command, program));
    case 'nothing':
      return plain([]);
    case 'value': {
      const { argChoices } = awaits.of;
      if (argChoices) return plain(argChoices.map((value) => ({ value: before + value, about: '' })));
      const kind = kindOf(command, awaits.of) ?? 'free';
      const known = isOfPx0(kind) ? await values(kind, place) : [];
      return {
        candidates: known.map(({ value, about }) => ({ value: before + value, about })),
        names: namesOf(kind),
      };
    }
  }
}

function optionsAt(command: Command, program: Command): Candidate[] {
  const all = optionsOf(command, program).flatMap(({ long, description }) =>
    long && long !== ALWAYS_VERSION ? [{ value: long, about: description }] : [],
  );
  return command === program ? [{ value: '--version', about: 'print the version of px0' }, ...all] : all;
}

function plain(candidates: readonly Candidate[]): Offer {
  return { candidates, names: 'none' };
}

function isOfPx0(kind: Kind): boolean {
  return kind !== 'free' && kind !== 'files' && kind !== 'directories';
}

function namesOf(kind: Kind): Names {
  if (kind === 'files') return 'files';
  return kind === 'directories' || kind === 'prompts-or-directories' ? 'directories' : 'none';
}
