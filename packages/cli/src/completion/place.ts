/** Where in a command line the cursor is: what of the command's declarations the last word, which is incomplete, belongs to. */
import type { Argument, Command, Option } from 'commander';

export interface Place {
  /** The command that is being written. */
  readonly command: Command;
  /** What the last word may be. */
  readonly awaits:
    | { readonly kind: 'commands' }
    | { readonly kind: 'options' }
    | { readonly kind: 'value'; readonly of: Argument | Option }
    /** Nothing that is known: the command has all its arguments. */
    | { readonly kind: 'nothing' };
  /** What is there of the value. */
  readonly begun: string;
  /** What stands before the value in the same word: `--team=`, or nothing. */
  readonly before: string;
  /** The arguments before it. */
  readonly given: readonly string[];
  /** The values of options before it, by their long names; the last one counts. */
  readonly options: ReadonlyMap<string, string>;
}

/** `words` are those behind `px0` up to the cursor. */
export function placeOf(program: Command, words: readonly string[]): Place {
  const walk = new Walk(program);
  for (const word of words.slice(0, -1)) walk.pass(word);
  return walk.at(words.at(-1) ?? '');
}

/** The options that a command takes: its own, and those of every command. */
export function optionsOf(command: Command, program: Command): Option[] {
  const all = command === program ? [...program.options] : [...command.options, ...program.options];
  return all.filter(({ hidden }) => !hidden);
}

class Walk {
  readonly #program: Command;
  readonly #given: string[] = [];
  readonly #options = new Map<string, string>();
  #command: Command;
  #awaited: Option | undefined;
  #hasEnded = false;
  /** A word that no command has: nothing can be said of what follows. */
  #isLost = false;

  constructor(program: Command) {
    this.#program = program;
    this.#command = program;
  }

  pass(word: string): void {
    if (this.#awaited !== undefined && this.#takes(word)) return;
    this.#awaited = undefined;
    if (!this.#hasEnded && word === '--') this.#hasEnded = true;
    else if (!this.#hasEnded && isOption(word)) this.#passOption(word);
    else if (this.#command.commands.length > 0) this.#passCommand(word);
    else this.#given.push(word);
  }

  at(word: string): Place {
    const place = { command: this.#command, given: this.#given, options: this.#options };
    const nothing = { ...place, awaits: { kind: 'nothing' }, begun: word, before: '' } as const;
    if (this.#isLost) return nothing;
    const isNext =
      word.startsWith('-') && (this.#awaited?.variadic === true || this.#awaited?.optional === true);
    if (this.#awaited !== undefined && !isNext)
      return { ...nothing, awaits: { kind: 'value', of: this.#awaited } };
    if (!this.#hasEnded && word.startsWith('-')) return this.#atOption(nothing, word);
    if (this.#command.commands.length > 0) return { ...nothing, awaits: { kind: 'commands' } };
    const { registeredArguments } = this.#command;
    const last = registeredArguments.at(-1);
    const argument = registeredArguments[this.#given.length] ?? (last?.variadic === true ? last : undefined);
    return argument === undefined ? nothing : { ...nothing, awaits: { kind: 'value', of: argument } };
  }

  #atOption(place: Place, word: string): Place {
    const [, name = '', value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    if (value === undefined) return { ...place, awaits: { kind: 'options' } };
    const of = this.#option(name);
    if (of === undefined || !hasValue(of)) return place;
    return { ...place, awaits: { kind: 'value', of }, begun: value, before: `${name}=` };
  }

  /** Whether the word is a value of the option before it. */
  #takes(word: string): boolean {
    const option = this.#awaited;
    // A dash begins a value only where one is required and none is there yet.
    if (option === undefined || (isOption(word) && (option.variadic || option.optional))) return false;
    this.#options.set(option.long ?? '', word);
    if (!option.variadic) this.#awaited = undefined;
    return true;
  }

  #passOption(word: string): void {
    const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    const option = this.#option(name);
    if (option === undefined || !hasValue(option)) return;
    if (value === undefined) this.#awaited = option;
    else this.#options.set(option.long ?? '', value);
  }

  #passCommand(word: string): void {
    const next = this.#command.commands.find((sub) => sub.name() === word);
    if (next === undefined) this.#isLost = word !== 'help';
    else this.#command = next;
  }

  #option(name: string): Option | undefined {
    return optionsOf(this.#command, this.#program).find(({ long, short }) => long === name || short === name);
  }
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

function hasValue(option: Option): boolean {
  return option.required || option.optional;
}
