/**
 * Schemathesis makes up requests from the API description, and holds every answer against it: no 5xx, no status, header, content type
 * or body that the description does not know. `npm run test:api-fuzz` is the long form.
 */
import { buildOpenApi, type OpenApiDocument, routes } from '@px0/contracts';
import { startTestPlatform, type TestPlatform } from '@px0/testing';
import { World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setScene } from './scene.ts';
import { type Campaign, install, runCampaign } from './schemathesis.ts';
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

/** Success needs a code that was mailed, or an account that is not verified. */
const OUT_OF_REACH = ['verifyEmail', 'resetPassword', 'triggerVerificationEmail', 'streamDelivery'];

const missing = await install();
if (missing !== undefined) process.stdout.write(`px0: the tests by Schemathesis are skipped: ${missing}\n`);

/** Only what hangs is stopped: a campaign takes longer with every operation, and on a machine that does other things as well. */
const TIMEOUT_MS = (isLong ? 10_000 : 3_000) * Object.keys(routes).length;
const TEST_TIMEOUT_MS = TIMEOUT_MS + 60_000;

const effort: Pick<Campaign, 'examples' | 'phases' | 'timeoutMs'> = {
  examples: isLong ? Number(process.env['PX0_API_FUZZ_EXAMPLES'] ?? 40) : 2,
  phases: isLong ? ['examples', 'coverage', 'fuzzing'] : ['examples', 'fuzzing'],
  timeoutMs: TIMEOUT_MS,
};

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
    const { account, things } = await setScene(new World(platform));
    const { as, ...campaign } = more;
    const { passed, output, succeeded } = await runCampaign({
      url: platform.gatewayUrl,
      description: seededDescription(things),
      ...(as !== undefined && {
        authorization: `Bearer ${as === 'session' ? account.token : account.key.token}`,
      }),
      seed,
      ...effort,
      ...campaign,
    });
    for (const operation of succeeded) reached.add(operation);
    return passed ? '' : output;
  }

  it.runIf(isLong)(
    'are held against the description: one that leaves out a status is found wrong',
    async () => {
      const { things } = await setScene(new World(platform));
      const description = withoutStatus(seededDescription(things), '/v1/auth/me', 'get', '401');
      const campaign = { url: platform.gatewayUrl, description, only: ['me'], seed, ...effort };
      const { passed, output } = await runCampaign(campaign);
      expect(passed).toBe(false);
      expect(output).toContain('Undocumented status code');
    },
    TEST_TIMEOUT_MS,
  );

  it('are not taken for described when the tester was stopped', async () => {
    const campaign = { url: platform.gatewayUrl, description: buildOpenApi(), seed, ...effort, timeoutMs: 1 };
    await expect(runCampaign(campaign)).rejects.toThrow('Schemathesis was stopped');
  });

  it(
    'with a session get described answers',
    async () => {
      expect(await find({ as: 'session', except: ENDINGS })).toBe('');
    },
    TEST_TIMEOUT_MS,
  );

  it.runIf(isLong)(
    'with an API key get described answers',
    async () => {
      expect(await find({ as: 'key', except: ENDINGS })).toBe('');
    },
    TEST_TIMEOUT_MS,
  );

  it.runIf(isLong)(
    'without credentials get described answers',
    async () => {
      expect(await find({})).toBe('');
    },
    TEST_TIMEOUT_MS,
  );

  it.runIf(isLong)(
    'that end something get described answers',
    async () => {
      for (const operation of ENDINGS) expect(await find({ as: 'session', only: [operation] })).toBe('');
    },
    TEST_TIMEOUT_MS,
  );

  it.runIf(isLong)('have met every operation in working order', () => {
    const never = Object.keys(routes).filter((operation) => !reached.has(operation));
    expect(never.filter((operation) => !OUT_OF_REACH.includes(operation))).toEqual([]);
  });
});

function withoutStatus(
  description: OpenApiDocument,
  path: string,
  method: string,
  status: string,
): OpenApiDocument {
  const operation = description.paths[path]?.[method];
  if (operation === undefined) throw new Error(`no ${method} ${path}`);
  const { [status]: _left, ...responses } = operation.responses;
  const item = { ...description.paths[path], [method]: { ...operation, responses } };
  return { ...description, paths: { ...description.paths, [path]: item } };
}
