/**
 * What each page reads first. `public/start.js` asks px0 for it together with the scripts, so that the answers are there once these run. The
 * loaders of the routes decide what is read: an address that is missing here costs time, and one too many a request.
 * See docs/decisions/222-what-a-page-loads-first.md.
 */
import { type OperationId, routes } from '@px0/contracts';

/** The frame of all pages behind the login. */
export const frameReadings: readonly string[] = [address('listUserOrgs'), address('listUserTeams')];

/** By path in the router's notation, whose parameters the addresses hold. */
export const pageReadings: Readonly<Record<string, readonly string[]>> = {
  '/prompts/$promptId': [
    address('getPrompt', { id: '$promptId' }),
    address('listVersions', { id: '$promptId' }),
  ],
  '/prompts/$promptId/versions/$version': [
    address('getPrompt', { id: '$promptId' }),
    address('listVersions', { id: '$promptId' }),
    address('listPromptPayloads', { id: '$promptId' }),
    address('getVersion', { id: '$promptId', version: '$version' }),
  ],
  '/inbox': [address('getAdminInbox'), `${address('listMyChangeRequests')}?as=reviewer`],
  '/teams/$teamId': [`${address('listTeamMembers', { id: '$teamId' })}?page=1`],
};

function address(id: OperationId, params: Readonly<Record<string, string>> = {}): string {
  return routes[id].path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => params[name] ?? '');
}
