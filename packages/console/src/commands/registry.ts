/**
 * What can be done from the keyboard. A page or a component offers commands while it is on the screen; the palette lists them, their
 * shortcuts work, and the help sheet names them.
 */
import type { LucideIcon } from 'lucide-react';
import { useEffect, useRef } from 'react';

export interface Command {
  /** Unique among those that are offered at one time. */
  readonly id: string;
  /** The heading that it stands under, in the palette and in the help sheet. */
  readonly group: string;
  readonly label: string;
  readonly icon?: LucideIcon;
  /** More words by which it is found. */
  readonly keywords?: string;
  /** `c`, `?`, `mod+k`, or keys one after the other: `g p`. */
  readonly shortcut?: string;
  /** Only a shortcut: makes no sense in the palette. */
  readonly isShortcutOnly?: boolean;
  readonly run: () => unknown;
}

/** Finds more for the palette while a person types, such as prompts by name. */
export interface CommandSource {
  readonly id: string;
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

/** All that is offered now; of two with one id the later offered one. */
export function offeredCommands(): readonly Command[] {
  const byId = new Map<string, Command>();
  for (const offer of offers) for (const command of offer.current) byId.set(command.id, command);
  return [...byId.values()];
}

export function offeredSources(): readonly CommandSource[] {
  return [...sources].map((offer) => offer.current);
}
