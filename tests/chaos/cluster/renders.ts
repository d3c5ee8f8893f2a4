/** Renders of live prompts depend on no server: with a key that everybody knows they succeed, unless a process on their way was away. */
import { isKind, type Violation } from '../checker.ts';
import type { Absence } from '../faults.ts';
import type { Operation } from '../history.ts';

/** `credential` names a key that was there before the faults and is never revoked. */
export function failedRenders(
  history: readonly Operation[],
  credential: string,
  absences: readonly Absence[],
): Violation[] {
  return history
    .filter(isKind('render'))
    .filter(({ action }) => action.credential === credential && action.version === undefined)
    .filter(({ answer }) => answer?.status !== 200)
    .filter((render) => !absences.some((absence) => isOnItsWay(absence, render) && overlaps(absence, render)))
    .map((render) => {
      const what = `${render.answer?.status ?? 'no answer'} while no process on its way was away`;
      return { broken: 'render failed', what, evidence: [render] };
    });
}

function isOnItsWay({ service, replica }: Absence, { at }: Operation): boolean {
  if (at === 'gateway') return service === 'gateway' || service === 'render';
  return service === 'render' && at === `render-${replica + 1}`;
}

function overlaps({ from, to }: Absence, { start, end }: Operation): boolean {
  return from <= end && start <= to;
}
