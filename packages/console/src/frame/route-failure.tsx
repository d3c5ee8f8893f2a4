/** Replaces a page that could not be loaded, because of the page itself or of what all pages need. */
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useRouter } from '@tanstack/react-router';
import { CircleAlert, RotateCw } from 'lucide-react';
import { isApiError, sentenceOf } from '../api/mod.ts';
import { EmptyState, PlainButton } from '../ui/mod.ts';
import { NothingHere } from './not-found.tsx';

export function RouteFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (isApiError(error) && error.isRefusal && error.status === 404) return <NothingHere />;
  const retry = async (): Promise<void> => {
    reset();
    await router.invalidate();
  };
  return <PageFailure error={error} retry={retry} />;
}

export interface PageFailureProps {
  readonly error: unknown;
  readonly retry: () => Promise<unknown>;
}

export function PageFailure({ error, retry }: PageFailureProps) {
  return (
    <div className="mx-auto max-w-lg py-20">
      <EmptyState
        icon={CircleAlert}
        level={1}
        title="Could not load this page"
        action={
          <PlainButton variant="primary" icon={RotateCw} onClick={() => void retry()}>
            Try again
          </PlainButton>
        }
      >
        {sentenceOf(error)}
      </EmptyState>
    </div>
  );
}
