/** Adds a prompt to the user's favourites, which the command palette shows first. */
import type { Wire } from '@px0/contracts';
import { Star } from 'lucide-react';
import { useCommands } from '../commands/mod.ts';
import { IconButton, toast } from '../ui/mod.ts';
import { withFavourite } from './data/kept-lists.ts';
import { changeKept, useIsFavourite } from './data/kept-prompts.ts';

export function FavouriteButton({ prompt }: { readonly prompt: Wire<'Prompt'> }) {
  const isOn = useIsFavourite(prompt.id);
  const set = (isWanted: boolean): void =>
    changeKept((kept) => withFavourite(kept, { id: prompt.id, teamId: prompt.team_id }, isWanted));
  const toggle = (): void => {
    set(!isOn);
    toast({
      title: isOn
        ? `Removed “${prompt.name}” from your favourites`
        : `Added “${prompt.name}” to your favourites`,
      ...(!isOn && { description: 'This browser shows them first in the command palette.' }),
      action: { label: 'Undo', run: () => set(isOn) },
    });
  };
  const label = isOn ? 'Remove from favourites' : 'Add to favourites';
  useCommands([{ id: 'favourite', group: 'Prompt', label, icon: Star, shortcut: 's', run: toggle }]);
  return (
    <IconButton
      icon={Star}
      label={label}
      shortcut="s"
      variant="secondary"
      onClick={toggle}
      className={isOn ? '[&_svg]:fill-current [&_svg]:text-warning-ink' : ''}
    />
  );
}
