/** What the platform holds when all faults are over. It asks until what must come to agree agrees, or until the time for that is up. */
import { eventually, type TestPlatform } from '@px0/testing/servers';
import { describedApi, PASSWORD, Shape, World } from '@px0/testing/world';
import type { Place } from './client.ts';
import {
  type FinalState,
  type Operation,
  type PromptState,
  renderedFrom,
  type VersionState,
} from './history.ts';
import type { Memory, Stage } from './workload.ts';

/** "Within seconds" on a machine that may be busy with other things. */
const AGREEMENT_LIMIT_MS = 60_000;

type Rendered = PromptState['rendered'][number];

export async function readFinalState(
  platform: TestPlatform,
  stage: Stage,
  memory: Memory,
  history: readonly Operation[],
  renders: readonly Place[],
): Promise<FinalState> {
  const world = new World(platform);
  const owner = { token: stage.session };
  const read = (path: string): Promise<Shape> =>
    eventually(() => world.get(owner, path), { timeoutMs: AGREEMENT_LIMIT_MS, intervalMs: 100, what: path });
  // What an earlier request left behind may still be on its way: it is asked for until two answers are equal.
  const prompts = await Promise.all(
    stage.prompts.map(async ({ id, slug }) => {
      const versions = await read(`/v1/prompts/${id}/versions`);
      const states = versionsIn(versions);
      const rendered = await Promise.all(renders.map((place) => liveAt(place, stage, slug, states)));
      return { id, versions: states, rendered };
    }),
  );
  const keys = await read(`/v1/api-keys?org_id=${stage.organization}`);
  const members = await read(`/v1/teams/${stage.team}/members`);
  const roleOf = (user: string) =>
    members.each('members', 'user_id').indexOf(user) === -1
      ? 'none'
      : String(members.each('members', 'role')[members.each('members', 'user_id').indexOf(user)]);
  return {
    prompts,
    keys: keys.each('api_keys', 'name').map(String),
    accounts: await Promise.all(memory.emails.map((email) => accountOf(world, email))),
    roles: [{ team: stage.team, user: stage.member, role: roleOf(stage.member) }],
    stillAccepted: await stillAccepted(platform, stage, memory, history, renders),
  };
}

export function versionsIn(answer: Shape): VersionState[] {
  const [numbers, statuses, templates] = ['version', 'status', 'template'].map((field) =>
    answer.each('versions', field),
  );
  return (numbers ?? []).map((number, index) => ({
    number: Number(number),
    status: String(statuses?.[index]),
    template: String(templates?.[index]),
  }));
}

/** What a render process says in the end of the live version, whose key is the stage's. */
export async function liveAt(
  { name, url }: Place,
  { key }: Stage,
  slug: string,
  states: readonly VersionState[],
): Promise<Rendered> {
  const live = states.find(({ status }) => status === 'live');
  let last: Rendered = { replica: name, status: 0 };
  await eventually(
    async () => {
      const { status, text } = await describedApi(url).request('POST', `/v1/prompts/${slug}/render`, {
        token: key.token,
        body: { variables: { input: 'final' } },
      });
      last = { replica: name, status, ...(status === 200 && renderOf(text)) };
      return live === undefined
        ? status === 404
        : last.version === live.number && last.text === renderedFrom(live.template, 'final');
    },
    { timeoutMs: AGREEMENT_LIMIT_MS, what: 'agreement' },
  ).catch(() => undefined);
  return last;
}

function renderOf(text: string): { version: number; text: string } {
  const shape = new Shape(JSON.parse(text));
  return { version: Number(shape.at('version')), text: shape.text('rendered') };
}

/** Whether it exists, and where it was placed: one organization and one team, once the saga has come to it. */
async function accountOf(world: World, email: string): Promise<FinalState['accounts'][number]> {
  const login = await eventually(
    async () => {
      const answer = await world.ask(undefined, 'POST', '/v1/auth/login', { email, password: PASSWORD });
      return answer.status < 500 && answer.status !== 429 ? answer : undefined;
    },
    { timeoutMs: AGREEMENT_LIMIT_MS, intervalMs: 100, what: `a login of ${email}` },
  );
  if (login.status !== 200) return { email, exists: false, organizations: 0, teams: 0 };
  const person = { token: new Shape(JSON.parse(login.text)).text('token') };
  let [organizations, teams] = [0, 0];
  await eventually(
    async () => {
      organizations = (await world.get(person, '/v1/me/orgs')).each('organizations', 'id').length;
      teams = (await world.get(person, '/v1/me/teams')).each('teams', 'id').length;
      return organizations > 0 && teams > 0;
    },
    { timeoutMs: AGREEMENT_LIMIT_MS, intervalMs: 100, what: 'a place' },
  ).catch(() => undefined);
  return { email, exists: true, organizations, teams };
}

/** Each revoked credential is tried at every render process and at the registry, until all refuse it or the time is up. */
async function stillAccepted(
  platform: TestPlatform,
  stage: Stage,
  memory: Memory,
  history: readonly Operation[],
  renders: readonly Place[],
): Promise<FinalState['stillAccepted']> {
  const registries = platform.services['prompt-registry'].map(({ url }, index) => ({
    name: `prompt-registry-${index + 1}`,
    url,
  }));
  const revoked = history.flatMap(({ action, answer }) =>
    action.kind === 'revoke' && answer?.status === 204 ? [action.credential] : [],
  );
  const [prompt] = stage.prompts;
  const accepted: { credential: string; at: string }[] = [];
  const refuses = async ({ name, url }: Place, credential: string): Promise<void> => {
    const isRender = name.startsWith('render');
    const path = isRender ? `/v1/prompts/${prompt?.slug}/render` : `/v1/prompts/${prompt?.id}`;
    await eventually(
      async () => {
        const { status } = await describedApi(url).request(isRender ? 'POST' : 'GET', path, {
          token: memory.secret(credential),
          ...(isRender && { body: {} }),
        });
        return status === 401;
      },
      { timeoutMs: AGREEMENT_LIMIT_MS, intervalMs: 100, what: 'the refusal' },
    ).catch(() => accepted.push({ credential, at: name }));
  };
  await Promise.all(
    [...renders, ...registries].flatMap((place) => revoked.map((credential) => refuses(place, credential))),
  );
  return accepted;
}
