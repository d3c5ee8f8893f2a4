/** The registry with identity and tenancy played by the test. */
import { type Bus, connectBus } from '@px0/event-bus';
import { loadConfig, silentLogger } from '@px0/service-kit';
import {
  type Bearer,
  type CaughtUpReply,
  type OwnerUnderTest,
  openOwner,
  PlayedIdentity,
  PlayedTenancy,
  RunningOwner,
} from '@px0/testing';
import { type RegistryReplacements, startPromptRegistry } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';
import { SCHEMA } from '../src/schema.ts';
import { Prompts } from './prompts.ts';

export type { Bearer };
export type Reply = CaughtUpReply;

/** A team with one caller for each column of the contract's role matrix. */
export interface Cast {
  readonly orgId: string;
  readonly teamId: string;
  readonly viewer: Bearer;
  readonly editor: Bearer & { readonly id: string };
  readonly admin: Bearer & { readonly id: string };
  /** Admin of the organization, no member of the team. */
  readonly orgAdmin: Bearer;
  readonly outsider: Bearer;
  readonly readRenderKey: Bearer;
  readonly allKey: Bearer & { readonly id: string };
  readonly adminKey: Bearer;
}

const serviceWith = (replacements: RegistryReplacements): OwnerUnderTest => ({
  schema: SCHEMA,
  played: ['identity', 'tenancy'],
  start: (environment, dependencies) =>
    startPromptRegistry(
      loadConfig(configSchema, { AUTHORING: 'on', POLICIES: 'on', ...environment }),
      dependencies,
      replacements,
    ),
});
const service = serviceWith({});

export class RunningRegistry extends RunningOwner {
  readonly identity = new PlayedIdentity(this.contexts);
  readonly tenancy = new PlayedTenancy(this.contexts);
  /** Shortcuts that fail loudly; what a test is about it calls itself. */
  readonly prompts = new Prompts(this);
  #bus: Bus | undefined;

  static async start(replacements: RegistryReplacements = {}): Promise<RunningRegistry> {
    const running = new RunningRegistry(await openOwner(serviceWith(replacements)));
    await running.identity.start();
    return running;
  }

  /** A connection of the test's own to the stream; closed by `stop`. */
  async openBus(): Promise<Bus> {
    const { servers, streamPrefix } = this.stores.bus;
    this.#bus = await connectBus({ servers, name: 'test', streamPrefix, logger: silentLogger() });
    return this.#bus;
  }

  override async stop(): Promise<void> {
    await this.#bus?.close();
    await super.stop();
  }

  /** Ends the service and starts it again with these variables. */
  async restart(variables: Readonly<Record<string, string>>): Promise<void> {
    await this.stopService();
    await this.startService({
      ...service,
      start: (environment, dependencies) => service.start({ ...environment, ...variables }, dependencies),
    });
  }

  /** A new organization with a team and somebody in each relation to it. */
  async cast(): Promise<Cast> {
    const { id: orgId, defaultTeamId } = await this.tenancy.createOrganization();
    const teamId = await this.tenancy.createTeam(orgId);
    const [viewer, editor, admin, orgAdmin, outsider] = await Promise.all(
      Array.from({ length: 5 }, () => this.identity.register()),
    );
    if (!viewer || !editor || !admin || !orgAdmin || !outsider) throw new Error('nobody was registered');
    await this.tenancy.setMember(teamId, viewer.id, 'viewer');
    await this.tenancy.setMember(teamId, editor.id, 'editor');
    await this.tenancy.setMember(teamId, admin.id, 'admin');
    await this.tenancy.setMember(defaultTeamId, orgAdmin.id, 'admin');
    const scope = { kind: 'teams' as const, team_ids: [teamId] };
    const readRenderKey = await this.identity.createKey(orgId, { operation: 'read_render', scope });
    const allKey = await this.identity.createKey(orgId, { operation: 'all', scope });
    const adminKey = await this.identity.createKey(orgId, { operation: 'admin', scope });
    return { orgId, teamId, viewer, editor, admin, orgAdmin, outsider, readRenderKey, allKey, adminKey };
  }
}
