/**
 * The commands that are available now. A page or component offers commands while it is mounted: the palette lists them, their shortcuts
 * work, and the help sheet shows them.
 */
import type { LucideIcon } from 'lucide-react';
import { useEffect, useRef } from 'react';

export interface Command {
  /** Unique among the commands offered at the same time. */
  readonly id: string;
  /** The heading in the palette and in the help sheet. */
  readonly group: string;
  readonly label: string;
  /** Tells it from others with the same label, such as the team of a prompt. */
  readonly hint?: string | undefined;
  readonly icon?: LucideIcon;
  /** Additional search words. */
  readonly keywords?: string;
  /** `c`, `?`, `mod+k`, or a sequence: `g p`. */
  readonly shortcut?: string;
  /** Hides the command from the palette. */
  readonly isShortcutOnly?: boolean;
  readonly run: () => unknown;
}

/** Finds more commands for the palette while the user types, such as prompts by name. */
export interface CommandSource {
  /** The heading of what it finds. */
  readonly group: string;
  /** What the palette shows, above all other commands, before the user types. */
  readonly suggest: (signal: AbortSignal) => Promise<readonly Command[]>;
  /** Of a text that is not blank. */
  readonly search: (text: string, signal: AbortSignal) => Promise<readonly Command[]>;
}

interface Offer<T> {
  readonly current: T;
}

const offers = new Set<Offer<readonly Command[]>>();
const sources = new Set<Offer<CommandSource>>();

/** Offers commands while the component is mounted. They need not be memoised. */
export function useCommands(commands: readonly Command[]): void {
  const offer = useRef(commands);
  useEffect(() => {
    offer.current = commands;
  });
  useEffect(() => {
    offers.add(offer);
    return () => {
      offers.delete(offer);
    };
  }, []);
}

/** Offers a search while the component is mounted. */
export function useCommandSource(source: CommandSource): void {
  const offer = useRef(source);
  useEffect(() => {
    offer.current = source;
  });
  useEffect(() => {
    sources.add(offer);
    return () => {
      sources.delete(offer);
    };
  }, []);
}

/** All commands offered now. If two have the same ID, the later one wins. */
export function offeredCommands(): readonly Command[] {
  const byId = new Map<string, Command>();
  for (const offer of offers) for (const command of offer.current) byId.set(command.id, command);
  return [...byId.values()];
}

export function offeredSources(): readonly CommandSource[] {
  return [...sources].map((offer) => offer.current);
}
