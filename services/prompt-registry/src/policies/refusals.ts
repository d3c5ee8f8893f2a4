/** How often policies stood in the way, by what was wanted. */
import { metricCatalog, observe } from '@px0/service-kit';
import type { Transition } from './guarded.ts';

const refusals = new Map<Transition, number>();

export function noteRefusal(transition: Transition): void {
  refusals.set(transition, (refusals.get(transition) ?? 0) + 1);
}

/** Call it once per process. */
export function observeRefusals(): void {
  observe(metricCatalog.policyRefusals, () =>
    [...refusals].map(([transition, value]) => ({
      value,
      attributes: { 'px0.policy.transition': transition },
    })),
  );
}
