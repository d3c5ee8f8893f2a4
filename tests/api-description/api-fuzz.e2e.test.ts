/**
 * Schemathesis makes up requests from the API description, and holds every answer against it: no 5xx, no status, header, content type
 * or body that the description does not know. `npm run test:api-fuzz` is the long form, which also installs it.
 */
import { startTestPlatform, type TestPlatform } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setScene } from './scene.ts';
import { type Campaign, install, isInstalled, runCampaign } from './schemathesis.ts';
import { seededDescription } from './seeded-description.ts';

const isLong = process.env['PX0_API_FUZZ'] === 'long';
const seed = Number(process.env['PX0_API_FUZZ_SEED'] ?? 1);

/** They end the account or take everything from it: with credentials they come last, against an account of their own. */
const ENDINGS = [
  'leaveTeam',
  'removeTeamMember',
  'removeOrgMember',
  'updateTeamMemberRole',
  'deleteTeam',
  'deleteOrg',
  'changePassword',
  'logout',
  'deleteMe',
];

const missing = isLong
  ? await install()
  : isInstalled()
    ? undefined
    : 'it is not installed; `npm run test:api-fuzz` installs it';
if (missing !== undefined) process.stdout.write(`px0: the tests by Schemathesis are skipped: ${missing}\n`);

const effort: Pick<Campaign, 'examples' | 'phases' | 'timeoutMs'> = isLong
  ? { examples: 40, phases: ['examples', 'coverage', 'fuzzing'], timeoutMs: 400_000 }
  : { examples: 2, phases: ['examples', 'fuzzing'], timeoutMs: 60_000 };

let platform: TestPlatform;
/** The operations that succeeded at least once. */
const reached = new Set<string>();

describe.skipIf(missing !== undefined)('requests made up from the API description', () => {
  beforeAll(async () => {
    platform = await startTestPlatform();
  });
  afterAll(async () => {
    await platform?.stop();
  });

  async function find(more: Partial<Campaign> & { readonly as?: 'session' | 'key' }): Promise<string> {
    const { account, things } = await setScene(platform.gatewayUrl);
    const { as, ...campaign } = more;
    const { passed, output, succeeded } = await runCampaign({
      url: platform.gatewayUrl,
      description: seededDescription(things),
      ...(as !== undefined && {
        authorization: `Bearer ${as === 'session' ? account.session : account.key}`,
      }),
      seed,
      ...effort,
      ...campaign,
    });
    for (const operation of succeeded) reached.add(operation);
    return passed ? '' : output;
  }

  it('with a session get described answers', async () => {
    expect(await find({ as: 'session', except: ENDINGS })).toBe('');
  }, 420_000);

  it.runIf(isLong)(
    'with an API key get described answers',
    async () => {
      expect(await find({ as: 'key', except: ENDINGS })).toBe('');
    },
    420_000,
  );

  it.runIf(isLong)(
    'without credentials get described answers',
    async () => {
      expect(await find({})).toBe('');
    },
    420_000,
  );

  it.runIf(isLong)(
    'that end something get described answers',
    async () => {
      for (const operation of ENDINGS) expect(await find({ as: 'session', only: [operation] })).toBe('');
    },
    420_000,
  );
});
