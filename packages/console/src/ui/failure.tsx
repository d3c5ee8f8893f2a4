/** Replaces a part of a page whose data failed to load, with a button to retry. */
import { RotateCw } from 'lucide-react';
import { sentenceOf } from '../api/mod.ts';
import { Button } from './button.tsx';
import { Callout } from './plain/callout.tsx';

export interface FailureProps {
  readonly error: unknown;
  readonly retry?: (() => unknown) | undefined;
}

export function Failure({ error, retry }: FailureProps) {
  return (
    <Callout
      tone="danger"
      action={
        retry && (
          <Button size="sm" variant="ghost" icon={RotateCw} onClick={() => void retry()}>
            Try again
          </Button>
        )
      }
    >
      {sentenceOf(error)}
    </Callout>
  );
}
