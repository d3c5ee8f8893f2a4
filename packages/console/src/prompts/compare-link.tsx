/** Leads to the comparison of a prompt's versions, by a click, a key, or from the palette. */
import { Link, useNavigate } from '@tanstack/react-router';
import { Columns2 } from 'lucide-react';
import { useCommands } from '../commands/mod.ts';
import { buttonClasses, Tooltip } from '../ui/mod.ts';

export interface CompareLinkProps {
  readonly promptId: string;
  /** The version to compare with its predecessor. */
  readonly to?: number;
  readonly shortcut: string;
}

export function CompareLink({ promptId, to, shortcut }: CompareLinkProps) {
  const navigate = useNavigate();
  const params = { promptId };
  const search = to === undefined ? {} : { to };
  useCommands([
    {
      id: 'compare-versions',
      group: 'Prompt',
      label: 'Compare versions',
      icon: Columns2,
      keywords: 'diff',
      shortcut,
      run: () => navigate({ to: '/prompts/$promptId/compare', params, search }),
    },
  ]);
  return (
    <Tooltip text="Compare versions" shortcut={shortcut}>
      <Link
        to="/prompts/$promptId/compare"
        params={params}
        search={search}
        className={buttonClasses('secondary')}
      >
        <Columns2 aria-hidden="true" className="size-3.5" />
        Compare
      </Link>
    </Tooltip>
  );
}
