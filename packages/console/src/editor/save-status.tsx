/** Shows whether the text is saved, and announces changes to screen readers. */
import { Check, CircleAlert, CloudOff, GitCompareArrows, Pencil } from 'lucide-react';
import { Button, Spinner } from '../ui/mod.ts';
import type { SaverStatus } from './use-draft.ts';

export interface SaveStatusProps {
  readonly status: SaverStatus;
  readonly onResolve: () => void;
}

export function SaveStatus({ status, onResolve }: SaveStatusProps) {
  return (
    <span role="status" className="inline-flex min-w-0 items-center gap-1.5 text-muted text-xs">
      <Words status={status} onResolve={onResolve} />
    </span>
  );
}

function Words({ status, onResolve }: SaveStatusProps) {
  switch (status.kind) {
    case 'saved':
      return (
        <>
          <Check aria-hidden="true" className="size-3.5 text-success" /> Saved
        </>
      );
    case 'dirty':
      return (
        <>
          <Pencil aria-hidden="true" className="size-3.5" /> Editing…
        </>
      );
    case 'saving':
      return (
        <>
          <Spinner className="size-3.5" /> Saving…
        </>
      );
    case 'invalid':
      return (
        <>
          <CircleAlert aria-hidden="true" className="size-3.5 shrink-0 text-warning" />
          <span className="truncate">
            Not saved<span className="max-sm:hidden">. Fix the error to save.</span>
          </span>
        </>
      );
    case 'retrying':
      return (
        <>
          <CloudOff aria-hidden="true" className="size-3.5 shrink-0 text-warning" />
          <span className="truncate">
            Offline<span className="max-sm:hidden">. Your text is kept in this browser.</span>
          </span>
        </>
      );
    case 'conflict':
      return (
        <Button size="sm" variant="danger-quiet" icon={GitCompareArrows} onClick={onResolve}>
          Resolve conflict
        </Button>
      );
    case 'refused':
      return (
        <>
          <CircleAlert aria-hidden="true" className="size-3.5 shrink-0 text-danger" /> Not saved
        </>
      );
  }
}
