import type { Epoch } from '../revisions/token.ts';
import type { Projection } from './projection.ts';

/** What answers ask of the state that they are made from, whatever that state follows: the stream, or another px0. */
export interface FollowedState
  extends Pick<
    Projection,
    'connected' | 'confirmPosition' | 'ready' | 'readyWithin' | 'reported' | 'token' | 'waitFor' | 'waitUntil'
  > {
  /** Undefined while no epoch is known. */
  readonly epoch: { readonly epoch: Epoch } | undefined;
}
