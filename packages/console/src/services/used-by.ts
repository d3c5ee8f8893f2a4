/** Which services use a version, in words. */
import type { Wire } from '@px0/contracts';

/** Names that a sentence can hold; more are counted. */
const MOST_NAMES = 5;

/** "2 services rendered version 5 in the last 7 days: checkout, mailer." Empty when none that has a name did. */
export function usedBy(
  services: readonly Pick<Wire<'PromptService'>, 'service' | 'version'>[],
  version: number,
): string {
  const names = new Set(services.filter((one) => one.version === version).map(({ service }) => service));
  names.delete('');
  if (names.size === 0) return '';
  const shown = [...names].slice(0, MOST_NAMES);
  const more = names.size - shown.length;
  const list = `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  return `${names.size === 1 ? '1 service' : `${names.size} services`} rendered version ${version} in the last 7 days: ${list}.`;
}
