/** The usage of several teams as one. The first prompts of all teams are among the first ones of each. */
import type { Wire } from '@px0/contracts';

type Usage = Wire<'TeamUsage'>;
export type PromptUsage = Wire<'PromptUsage'> & { readonly teamId: string };

export interface JoinedUsage extends Omit<Usage, 'most_rendered' | 'most_failing' | 'unused'> {
  readonly most_rendered: readonly PromptUsage[];
  readonly most_failing: readonly PromptUsage[];
  readonly unused: readonly PromptUsage[];
}

const MOST_RANKED = 20;
const MOST_UNUSED = 100;

export function joinedUsage(
  teams: readonly { readonly teamId: string; readonly usage: Usage }[],
): JoinedUsage {
  const days = new Map<string, { day: string; renders: number; failures: number }>();
  for (const { usage } of teams) {
    for (const { day, renders, failures } of usage.daily) {
      const known = days.get(day);
      days.set(day, {
        day,
        renders: renders + (known?.renders ?? 0),
        failures: failures + (known?.failures ?? 0),
      });
    }
  }
  const all = (list: 'most_rendered' | 'most_failing' | 'unused') =>
    teams.flatMap(({ teamId, usage }) => usage[list].map((prompt) => ({ ...prompt, teamId })));
  return {
    renders: sum(teams, 'renders'),
    failures: sum(teams, 'failures'),
    rendered_prompts: sum(teams, 'rendered_prompts'),
    unused_prompts: sum(teams, 'unused_prompts'),
    daily: [...days.values()].toSorted((one, other) => (one.day < other.day ? -1 : 1)),
    most_rendered: all('most_rendered')
      .toSorted((one, other) => other.renders - one.renders)
      .slice(0, MOST_RANKED),
    most_failing: all('most_failing')
      .toSorted((one, other) => other.failures - one.failures)
      .slice(0, MOST_RANKED),
    unused: all('unused').toSorted(byNeed).slice(0, MOST_UNUSED),
  };
}

/** What is live without being rendered comes first, then the oldest. */
function byNeed(one: PromptUsage, other: PromptUsage): number {
  const live = Number(other.live_version !== null) - Number(one.live_version !== null);
  return live !== 0 ? live : Date.parse(one.created_at) - Date.parse(other.created_at);
}

function sum(
  teams: readonly { readonly usage: Usage }[],
  key: 'renders' | 'failures' | 'rendered_prompts' | 'unused_prompts',
): number {
  return teams.reduce((total, { usage }) => total + usage[key], 0);
}

/** `0%`, `0.02%`, `4%`. */
export function shareText(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0%';
  const percent = (part / whole) * 100;
  return `${percent < 1 ? percent.toPrecision(1) : Math.round(percent)}%`;
}
