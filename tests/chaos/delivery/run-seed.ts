/**
 * One run: applications in three languages that render all the time, each client behind a network of its own, while px0's processes, servers,
 * the networks and the applications fail, and prompts are promoted. What follows is a calm, in which all must agree. Everything follows from the seed.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@px0/testing/random';
import { eventually, type TestPlatformWithServers, temporaryFolder } from '@px0/testing/servers';
import { type Key, type Owner, type Shape, World } from '@px0/testing/world';
import type { Command } from '../../sdk/programs.ts';
import { line } from '../checker.ts';
import { type Place, RecordingClient } from '../client.ts';
import { describeFault, type Fault, Faults } from '../faults.ts';
import { liveAt, versionsIn } from '../final-state.ts';
import { type Operation, renderedFrom, type VersionState } from '../history.ts';
import { planOf, type ServerFault, SingleServers } from '../single-servers.ts';
import { Memory, type Stage } from '../workload.ts';
import { Application, type ClientTask, type Delay, type Stretch } from './application.ts';
import {
  AGREE_MS,
  CONNECT_MS,
  check,
  contact,
  type Evidence,
  type Expected,
  explain,
  type JudgedClient,
  type JudgedTarget,
  requestShown,
  shown,
  type Violation,
} from './checker.ts';
import { ClientNetwork, type DeliveryRequest, type NetworkFault, networkPlan } from './network.ts';
import { RELAYS, RelayChain } from './relays.ts';
import { PromptWriter, revoke, TAG } from './workload.ts';

export const platformOptions = {
  replicas: { gateway: 1, identity: 1, tenancy: 1, 'prompt-registry': 1, render: 2 },
  longestRestartDelayMs: 500,
  // Silence is found within six seconds instead of 45.
  env: { DELIVERY_HEARTBEAT_MS: '2000' },
} as const;

/** What a client does: how it follows px0, and whether its key is revoked. A relayed one has a stream of the last of two relays. */
export type Role =
  | 'stream'
  | 'poll'
  | 'team'
  | 'revoked stream'
  | 'revoked poll'
  | 'revoked in calm'
  | 'relayed';

export interface Form {
  /** By language. */
  readonly applications: Readonly<Record<string, Command>>;
  /** Of the clients of each application. */
  readonly roles: readonly Exclude<Role, 'relayed'>[];
  /** The languages in which there is a relayed client, too. */
  readonly relayed: readonly string[];
  readonly faultsMs: number;
}

export interface Run {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly renders: number;
  readonly writes: number;
  readonly faults: number;
  readonly repairs: number;
  /** From the calm until each client had connected and agreed. */
  readonly agreedMs: number;
  /** How many keys were revoked while their stream was open, and the latest render by one of them, from the answer on. */
  readonly revoked: number;
  readonly revokedMs: number;
  readonly report: string;
  /** All that happened, for a person to read. */
  readonly record: readonly string[];
}

interface Client extends JudgedClient {
  readonly role: Role;
  readonly language: string;
  readonly key: Key;
  readonly network: ClientNetwork;
  readonly task: ClientTask;
}

interface Scene {
  readonly stage: Stage;
  readonly owner: Owner;
  readonly other: string;
  readonly writers: readonly PromptWriter[];
}

/** What px0 has of a target, and in which team. */
interface Expectation {
  readonly team: string;
  readonly of: Expected;
}

const DELAY_MS = 20;
const SETTLE_MS = 120_000;
const REFUSAL_LIMIT_MS = 10_000;

export async function runSeed(platform: TestPlatformWithServers, seed: number, form: Form): Promise<Run> {
  const run = new DeliveryRun(platform, seed, form);
  try {
    return await run.play();
  } finally {
    await run.close();
  }
}

class DeliveryRun {
  readonly #platform: TestPlatformWithServers;
  readonly #seed: number;
  readonly #form: Form;
  readonly #random: Random;
  readonly #world: World;
  readonly #beganAt = Date.now();
  readonly #history: Operation[] = [];
  readonly #memory = new Memory();
  readonly #delays: Delay[] = [];
  readonly #clients: Client[] = [];
  readonly #applications = new Map<string, Application>();
  readonly #revocations = new Map<number, { asked: number; answered: number }>();
  #targets: readonly (JudgedTarget & { readonly moves: boolean })[] = [];
  #relays: { readonly chain: RelayChain; readonly key: Key } | undefined;
  #folder = '';
  #isOver = false;

  constructor(platform: TestPlatformWithServers, seed: number, form: Form) {
    this.#platform = platform;
    this.#seed = seed;
    this.#form = form;
    this.#random = new Random(seed);
    this.#world = new World(platform);
  }

  async play(): Promise<Run> {
    const watching = this.#watchDelays();
    const scene = await this.#setStage();
    await this.#startApplications(scene);
    const { plan, network } = this.#plan();
    const faultsBegan = this.#now();
    await this.#fail(scene, plan, network);
    let calmAt = await this.#calm(scene);
    let openAtCalm = this.#open();
    let expected = await this.#expectations(scene);
    for (;;) {
      await this.#settle(calmAt, openAtCalm, expected);
      const again = await this.#expectations(scene);
      if (JSON.stringify(again) === JSON.stringify(expected)) break;
      // A request that was never answered has been carried out only now.
      expected = again;
      calmAt = this.#now();
      openAtCalm = this.#open();
    }
    const settledAt = this.#now();
    const openAtRevocation = await this.#revokeInCalm(scene);
    const versions = await this.#versions(scene);
    for (const application of this.#applications.values()) await application.stop();
    this.#isOver = true;
    await watching;
    const evidence: Evidence = {
      clients: this.#clients.map((client) => {
        const revocation = this.#revocations.get(client.number);
        return { ...client, ...(revocation !== undefined && { revocation }) };
      }),
      targets: this.#targets,
      stretches: this.#stretches(),
      delays: (client) => this.#delaysOf(client),
      requests: this.#requests(),
      history: this.#history,
      versions,
      calmAt,
      openAtCalm,
      openAtRevocation,
      expected: (client, target) => this.#expectedOf(expected, client, target),
    };
    const violations = check(evidence);
    const faults = [
      `seed ${this.#seed}: ${violations.length} violations. Faults, from ${Math.round(faultsBegan)} ms on; calm at ${Math.round(calmAt)} ms:`,
      ...plan.map((fault) => `  ${describeFault(fault)}`),
      ...network.map(({ client, at, forMs, kind, answer }) => {
        const name = this.#clients[client]?.name ?? `relay ${client - this.#clients.length + 1}`;
        return `  ${at}-${at + forMs} ms ${name}: ${kind}${kind === 'make up' ? ` ${answer}` : ''}`;
      }),
    ];
    return {
      seed: this.#seed,
      violations,
      renders: evidence.stretches.reduce((sum, { count = 1 }) => sum + count, 0),
      writes: this.#history.filter(({ answer }) => answer !== undefined && answer.status < 300).length,
      faults: plan.length + network.length,
      repairs: [...this.#applications.values()]
        .flatMap(({ warnings }) => warnings)
        .filter(({ warning }) => warning.includes('add up')).length,
      agreedMs: settledAt - calmAt,
      revoked: openAtRevocation.size,
      revokedMs: Math.max(...[...openAtRevocation].map((client) => this.#renderedAfterRevocation(client))),
      report: violations.length === 0 ? '' : [...faults, explain(violations)].join('\n'),
      record: [...faults, explain(violations), ...this.#record(evidence)],
    };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    for (const application of this.#applications.values()) await application.kill();
    for (const { network } of this.#clients) await network.close();
    await this.#relays?.chain.close();
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  #now(): number {
    return Date.now() - this.#beganAt;
  }

  async #watchDelays(): Promise<void> {
    while (!this.#isOver) {
      const due = Date.now() + DELAY_MS;
      await sleep(DELAY_MS);
      const late = Date.now() - due;
      if (late >= DELAY_MS) this.#delays.push({ at: this.#now(), late });
    }
  }

  #recording(worker: number): RecordingClient {
    const gateway: Place = { name: 'gateway', url: this.#platform.gatewayUrl };
    return new RecordingClient(worker, gateway, this.#history, () => this.#now());
  }

  /** Two teams; prompts of the first, of the second, and one that moves between them. */
  async #setStage(): Promise<Scene> {
    const world = this.#world;
    const owner = await eventually(() => world.owner(), {
      timeoutMs: SETTLE_MS,
      what: 'the owner of the stage',
    });
    const other = await world.team(owner);
    const key = await world.key(owner, 'all');
    const prompts = [
      await world.prompt(owner, owner.team),
      await world.prompt(owner, other),
      await world.prompt(owner, owner.team),
    ];
    this.#targets = prompts.flatMap(({ id, slug }, index) => {
      const moves = index === 2;
      return ['', TAG].map((tag) => ({ prompt: id, slug, tag, moves }));
    });
    const stage: Stage = {
      organization: owner.organization,
      team: owner.team,
      user: owner.id,
      email: owner.email,
      session: owner.token,
      key: { credential: `stage-${this.#seed}`, token: key.token },
      prompts,
      member: owner.id,
    };
    const writers = this.#writers(stage, other);
    for (const writer of writers) await writer.begin();
    return { stage, owner, other, writers };
  }

  #writers(stage: Stage, other: string): readonly PromptWriter[] {
    return stage.prompts.map(({ id }, index) => {
      const teams = index === 2 ? { teams: [stage.team, other] } : {};
      const name = `s${this.#seed}w${index + 1}`;
      const random = new Random(this.#random.below(2 ** 31));
      return new PromptWriter(name, this.#recording(index + 1), stage, this.#memory, random, {
        prompt: id,
        ...teams,
      });
    });
  }

  async #startApplications(scene: Scene): Promise<void> {
    this.#folder = await temporaryFolder('delivery-chaos');
    if (this.#form.relayed.length > 0) await this.#startRelays(scene);
    for (const [language, command] of Object.entries(this.#form.applications)) {
      for (const role of this.#form.roles) await this.#addClient(scene, language, role);
      if (this.#form.relayed.includes(language)) await this.#addClient(scene, language, 'relayed');
      const own = this.#clients.filter((client) => client.language === language);
      const application = new Application(
        command,
        new Map(own.map(({ number, task }) => [number, task])),
        this.#targets,
        this.#beganAt,
      );
      this.#applications.set(language, application);
      application.start();
    }
    await eventually(() => this.#clients.every((client) => this.#hasBegun(client)), {
      timeoutMs: SETTLE_MS,
      what: 'a first state of every client',
    });
  }

  async #startRelays({ owner }: Scene): Promise<void> {
    const { applications, roles, relayed } = this.#form;
    const key = await this.#world.key(owner, 'read_render');
    const chain = await RelayChain.start({
      gatewayUrl: this.#platform.gatewayUrl,
      token: key.token,
      folder: this.#folder,
      heartbeatMs: platformOptions.env.DELIVERY_HEARTBEAT_MS,
      firstNumber: Object.keys(applications).length * roles.length + relayed.length,
      random: this.#random,
      now: () => this.#now(),
      readyWithinMs: SETTLE_MS,
    });
    this.#relays = { chain, key };
  }

  async #addClient({ owner, stage }: Scene, language: string, role: Role): Promise<void> {
    const number = this.#clients.length;
    const name = `${language} ${role} (client ${number})`;
    const random = new Random(this.#random.below(2 ** 31));
    const relays = role === 'relayed' ? this.#relays : undefined;
    const key = relays?.key ?? (await this.#world.key(owner, 'read_render'));
    const host = relays?.chain.url ?? this.#platform.gatewayUrl;
    const network = await ClientNetwork.start(host, number, random, () => this.#now());
    const mayLose = new Set(
      this.#targets.flatMap(({ moves, slug }, index) =>
        role === 'team' && (moves || slug === stage.prompts[1]?.slug) ? [index] : [],
      ),
    );
    const task: ClientTask = {
      host: network.url,
      token: key.token,
      mode: role === 'poll' || role === 'revoked poll' ? 'poll' : 'stream',
      team: role === 'team' ? stage.team : '',
      file: join(this.#folder, `client-${number}.state`),
    };
    this.#clients.push({
      number,
      name,
      mayLose,
      isRelayed: relays !== undefined,
      role,
      language,
      key,
      network,
      task,
    });
  }

  #latest({ language, number }: Client, target: number): Stretch | undefined {
    return this.#applications.get(language)?.latest(number, target);
  }

  #hasBegun(client: Client): boolean {
    const isHeld = this.#targets.every((_target, index) => {
      const rendered = this.#latest(client, index)?.rendered;
      return rendered !== undefined && (client.mayLose.has(index) || rendered.kind === 'text');
    });
    return isHeld && existsSync(client.task.file);
  }

  #plan(): { readonly plan: readonly Fault<ServerFault>[]; readonly network: readonly NetworkFault[] } {
    const { replicas } = platformOptions;
    const lastMs = this.#form.faultsMs;
    const plan = [
      ...killsInTurn(this.#random, lastMs),
      ...planOf(this.#seed, replicas).filter((_fault, index) => index % 2 === 0),
    ];
    const networks = this.#clients.length + (this.#relays === undefined ? 0 : RELAYS);
    return { plan, network: networkPlan(this.#random, networks, lastMs) };
  }

  async #fail(
    scene: Scene,
    plan: readonly Fault<ServerFault>[],
    network: readonly NetworkFault[],
  ): Promise<void> {
    const began = this.#now();
    const sinceBegin = () => this.#now() - began;
    const at = (ms: number) => sleep(Math.max(0, ms - sinceBegin()));
    const { faultsMs } = this.#form;
    let over = false;
    const writers = scene.writers.map((writer) => writer.workUntil(() => over));
    const revocations = this.#clients
      .filter(({ role }) => role === 'revoked stream' || role === 'revoked poll')
      .map(async (client) => {
        await at(this.#random.below(faultsMs));
        await this.#revoke(scene, client);
      });
    const crashes = [...this.#applications.values()].map(async (application) => {
      await at(1_000 + this.#random.below(faultsMs - 1_000));
      await application.crash();
    });
    const networks = this.#clients.map(async (client) => {
      for (const fault of network.filter((one) => one.client === client.number)) {
        await at(fault.at);
        await client.network.carryOut(fault);
      }
    });
    const faults = new Faults(this.#platform, new SingleServers(this.#platform));
    const relays = this.#relays?.chain.fail(this.#random, faultsMs, network);
    await Promise.all([faults.run(plan, sinceBegin), ...crashes, ...networks, relays]);
    await at(faultsMs);
    over = true;
    await faults.heal();
    await Promise.all([...writers, ...revocations]);
  }

  async #revoke({ stage }: Scene, { number, key, name }: Client): Promise<void> {
    const client = this.#recording(100 + number);
    this.#revocations.set(
      number,
      await revoke(client, stage.session, { id: key.id, name }, () => this.#now()),
    );
  }

  /** When every process of px0 says of every prompt what the registry says, and every application has been started again. */
  async #calm({ stage, owner }: Scene): Promise<number> {
    const renders = this.#platform.services.render.map(({ url }, index) => ({
      name: `render-${index + 1}`,
      url,
    }));
    for (const { id, slug } of stage.prompts) {
      const states = versionsIn(await this.#read(owner, `/v1/prompts/${id}/versions`));
      await Promise.all(renders.map((place) => liveAt(place, stage, slug, states)));
    }
    const renderAgain = () => this.#clients.every((client) => this.#latest(client, 0) !== undefined);
    await eventually(renderAgain, { timeoutMs: SETTLE_MS, what: 'renders of every application' });
    return this.#now();
  }

  /** What the registry says. On a busy machine it may be out of reach for a moment even when all is calm. */
  #read(owner: Owner, path: string): Promise<Shape> {
    return eventually(() => this.#world.get(owner, path), { timeoutMs: SETTLE_MS, what: path });
  }

  /** What px0 has, by target; for a prompt, also its team. */
  async #expectations({ owner }: Scene): Promise<readonly Expectation[]> {
    return Promise.all(
      this.#targets.map(async ({ prompt, tag }) => {
        const team = (await this.#read(owner, `/v1/prompts/${prompt}`)).text('prompt', 'team_id');
        const states = versionsIn(await this.#read(owner, `/v1/prompts/${prompt}/versions`));
        const tags = await this.#read(owner, `/v1/prompts/${prompt}/tags`);
        const tagged = tags.each('tags', 'version')[tags.each('tags', 'tag').indexOf(tag)];
        const state = states.find(({ number, status }) =>
          tag === '' ? status === 'live' : number === Number(tagged),
        );
        const of: Expected =
          state === undefined
            ? 'not found'
            : { version: state.number, text: renderedFrom(state.template, 'x') };
        return { team, of };
      }),
    );
  }

  #expectedOf(expected: readonly Expectation[], client: number, target: number): Expected {
    const team = this.#clients[client]?.task.team ?? '';
    const known = expected[target];
    if (known === undefined || (team !== '' && known.team !== team)) return 'not found';
    return known.of;
  }

  /** Of whom a stream is open of which nothing was lost. */
  #open(): ReadonlySet<number> {
    return new Set(
      this.#clients.flatMap(({ number, network }) => {
        const request = network.requests.at(-1);
        return request?.isStream && request.isWhole() ? [number] : [];
      }),
    );
  }

  /** Until every client has connected and agrees, or has had the time for both. */
  async #settle(
    calmAt: number,
    openAtCalm: ReadonlySet<number>,
    expected: readonly Expectation[],
  ): Promise<void> {
    const hasSettled = (client: Client): boolean => {
      const { number, network, isRelayed } = client;
      if (this.#revocations.has(number)) {
        return this.#targets.every((_target, index) => this.#latest(client, index)?.rendered.kind !== 'text');
      }
      const connected =
        isRelayed || openAtCalm.has(number) || contact(number, network.requests, calmAt) !== undefined;
      return (
        connected &&
        this.#targets.every((_target, index) => {
          const rendered = this.#latest(client, index)?.rendered;
          const wanted = this.#expectedOf(expected, number, index);
          return wanted === 'not found'
            ? rendered?.kind === 'not found'
            : rendered?.text === wanted.text && rendered.stale === false;
        })
      );
    };
    const limit = calmAt + CONNECT_MS + AGREE_MS + AGREE_MS;
    while (this.#now() < limit && !this.#clients.every(hasSettled)) await sleep(DELAY_MS);
  }

  /** Revokes keys whose clients' streams are open, and waits for what they render. Gives those whose streams were. */
  async #revokeInCalm(scene: Scene): Promise<ReadonlySet<number>> {
    const clients = this.#clients.filter(({ role }) => role === 'revoked in calm');
    const open = this.#open();
    await Promise.all(clients.map((client) => this.#revoke(scene, client)));
    const isRefused = (client: Client): boolean =>
      this.#targets.every((_target, index) => this.#latest(client, index)?.rendered.kind === 'unauthorized');
    const limit = this.#now() + REFUSAL_LIMIT_MS;
    while (this.#now() < limit && !clients.every(isRefused)) await sleep(DELAY_MS);
    return new Set(clients.map(({ number }) => number).filter((number) => open.has(number)));
  }

  async #versions({ stage, owner }: Scene): Promise<ReadonlyMap<string, readonly VersionState[]>> {
    const all = stage.prompts.map(async ({ id }) => {
      return [id, versionsIn(await this.#world.get(owner, `/v1/prompts/${id}/versions`))] as const;
    });
    return new Map(await Promise.all(all));
  }

  #stretches(): readonly Stretch[] {
    return [...this.#applications.values()].flatMap(({ stretches }) => stretches);
  }

  #requests(): readonly DeliveryRequest[] {
    return this.#clients.flatMap(({ network }) => network.requests);
  }

  #delaysOf(client: number): readonly Delay[] {
    const language = this.#clients[client]?.language ?? '';
    return [...this.#delays, ...(this.#applications.get(language)?.delays ?? [])];
  }

  #renderedAfterRevocation(client: number): number {
    const answered = this.#revocations.get(client)?.answered ?? 0;
    const texts = this.#stretches().filter((one) => one.client === client && one.rendered.kind === 'text');
    return Math.max(...texts.map(({ from, until = from }) => until)) - answered;
  }

  #record({ stretches, requests, history, clients }: Evidence): readonly string[] {
    const nameOf = (client: number) => clients[client]?.name ?? '';
    const events = [
      ...stretches.map((one) => ({ at: one.from, text: `${nameOf(one.client)}: ${shown(one)}` })),
      ...requests.map((one) => ({ at: one.at, text: `${nameOf(one.client)}: ${requestShown(one)}` })),
      ...history.map((one) => ({ at: one.start, text: line(one) })),
      ...[...this.#applications.values()]
        .flatMap(({ warnings }) => warnings)
        .map(({ at, client, warning }) => ({
          at,
          text: `${nameOf(client)}: ${Math.round(at)} ms ${warning}`,
        })),
      ...this.#delays.map(({ at, late }) => ({
        at,
        text: `${Math.round(at)} ms: the test itself was ${late} ms late`,
      })),
    ];
    return events.toSorted((one, other) => one.at - other.at).map(({ text }) => text);
  }
}

export function summary(run: Run): string {
  const verdict = run.violations.length === 0 ? 'no violation' : `${run.violations.length} VIOLATIONS`;
  return [
    `seed ${run.seed}: ${run.renders} renders, ${run.writes} writes, ${run.faults} faults, ${run.repairs} repairs`,
    `agreed ${Math.round(run.agreedMs)} ms after calm; ${run.revoked} keys revoked under streams, last render after ${Math.round(run.revokedMs)} ms; ${verdict}`,
  ].join('; ');
}

/** Each process and server of px0 is killed once, one after the other; of the services that only write, one. */
function killsInTurn(random: Random, lastMs: number): readonly Fault<ServerFault>[] {
  const writer = random.pick('identity', 'tenancy', 'prompt-registry');
  const kinds = [
    { kind: 'kill', service: 'render', replica: 0 },
    { kind: 'kill', service: 'render', replica: 1 },
    { kind: 'kill', service: 'gateway', replica: 0 },
    { kind: 'kill', service: writer, replica: 0 },
    { kind: 'kill-server', server: 'nats' },
    { kind: 'kill-server', server: 'postgres' },
  ] as const;
  const share = lastMs / kinds.length;
  return kinds
    .map((kind) => ({ kind, order: random.next() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ kind }, index) => ({
      ...kind,
      at: Math.round(index * share + random.below(share * 0.5)),
      forMs: 200 + random.below(1_000),
    }));
}
