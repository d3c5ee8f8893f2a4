/** Which version was live when, from the activity of a prompt. */
import type { Wire } from '@px0/contracts';

type Entry = Pick<Wire<'PromptAuditEntry'>, 'action' | 'version' | 'details' | 'created_at'>;

export interface LiveStep {
  readonly at: number;
  /** The version that went live; null if none has been live since. */
  readonly version: number | null;
  /** The version that was live until then; null for none. */
  readonly before: number | null;
}

/** The oldest first. `entries`: the newest first. */
export function liveSteps(entries: readonly Entry[]): readonly LiveStep[] {
  return entries.flatMap((entry) => stepOf(entry) ?? []).reverse();
}

function stepOf({ action, version, details, created_at }: Entry): LiveStep | undefined {
  const at = Date.parse(created_at);
  if (action === 'version.promoted' && details['to'] === 'live') {
    const replaced = Number(details['replaced'] ?? 0);
    return { at, version, before: replaced > 0 ? replaced : null };
  }
  const isEnd = action === 'version.demoted' || action === 'version.archived';
  return isEnd && details['from'] === 'live' ? { at, version: null, before: version } : undefined;
}

/** The version that was live at a time; null for none. `now`: the version that is live now. */
export function liveAt(steps: readonly LiveStep[], time: number, now: number | null): number | null {
  const next = steps.find(({ at }) => at > time);
  return next === undefined ? now : next.before;
}

/** When versions went live in a period, the oldest first. */
export function wentLive(
  steps: readonly LiveStep[],
  { from, to }: { readonly from: Date; readonly to: Date },
): readonly (LiveStep & { readonly version: number })[] {
  return steps.flatMap(({ version, ...step }) =>
    version !== null && step.at >= from.getTime() && step.at < to.getTime() ? [{ ...step, version }] : [],
  );
}
