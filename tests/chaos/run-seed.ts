/** One run: a stage, a workload with faults in it, the state that is left, and the checker's judgement. Everything follows from the seed. */
import { Random } from '@px0/testing/random';
import { eventually, type TestPlatform, type TestPlatformWithServers } from '@px0/testing/servers';
import { World } from '@px0/testing/world';
import { check, explain, type Violation } from './checker.ts';
import { type Place, RecordingClient } from './client.ts';
import { type Absence, describeFault, type Fault, Faults, type Happened, type Servers } from './faults.ts';
import { readFinalState } from './final-state.ts';
import type { FinalState, Operation } from './history.ts';
import { FAULTS_MS, planOf, type ServerFault, SingleServers } from './single-servers.ts';
import { Memory, type Stage, Worker } from './workload.ts';

export const replicas = { gateway: 1, identity: 1, tenancy: 1, 'prompt-registry': 2, render: 2 } as const;
const WORKERS = 5;

/** What a run is about, for those who disturb and judge it. */
export interface Course {
  readonly stage: Stage;
  readonly memory: Memory;
  readonly renders: readonly Place[];
  /** One more worker, who does nothing by itself. */
  readonly extra: Worker;
  /** Milliseconds since the run began, as in its history. */
  readonly now: () => number;
}

export interface Judgement {
  readonly violations: readonly Violation[];
  /** For the line about the run. */
  readonly notes: readonly string[];
}

/** Faults that are made in turn, and the rules for what they leave behind. */
export interface Chaos<Kind extends object> {
  readonly faultsMs: number;
  readonly plan: (seed: number) => readonly Fault<Kind>[];
  readonly begin: (course: Course) => Attempt<Kind>;
}

/** The part of a run that depends on which servers there are. */
export interface Attempt<Kind extends object> extends Servers<Kind> {
  /** The operations whose effects the servers still hold, as far as it is the servers who may lose them. */
  kept(history: readonly Operation[]): readonly Operation[];
  judge(history: readonly Operation[], final: FinalState, disturbed: Disturbances<Kind>): Promise<Judgement>;
}

/** What was done and how long it was felt, in the history's time. */
export interface Disturbances<Kind extends object> {
  readonly absences: readonly Absence[];
  readonly faults: readonly Happened<Kind>[];
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface Run {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly operations: number;
  readonly acknowledged: number;
  /** Answers that were marked so, and revocations that were answered with success. */
  readonly stale: number;
  readonly pending: number;
  readonly revocations: number;
  readonly faults: number;
  /** From the return of the last server until every process was ready, and from there until all agreed. */
  readonly readyMs: number;
  readonly agreedMs: number;
  readonly notes: readonly string[];
  /** Seed, faults and minimal history; empty without a violation. */
  readonly report: string;
  /** The whole history; its times are milliseconds since `beganAt`, a time of the day. */
  readonly history: readonly Operation[];
  readonly beganAt: string;
}

/** One Postgres and one NATS. */
export function singleServers(platform: TestPlatformWithServers): Chaos<ServerFault> {
  return {
    faultsMs: FAULTS_MS,
    plan: (seed) => planOf(seed, replicas),
    begin: () =>
      Object.assign(new SingleServers(platform), {
        kept: (history: readonly Operation[]) => history,
        judge: async (history: readonly Operation[], final: FinalState) => ({
          violations: check(history, final),
          notes: [],
        }),
      }),
  };
}

export async function runSeed<Kind extends object>(
  platform: TestPlatform,
  seed: number,
  chaos: Chaos<Kind>,
): Promise<Run> {
  const random = new Random(seed);
  const history: Operation[] = [];
  const memory = new Memory();
  const beganAt = new Date().toISOString();
  const began = performance.now();
  const now = () => performance.now() - began;
  const gateway: Place = { name: 'gateway', url: platform.gatewayUrl };
  const client = (worker: number) => new RecordingClient(worker, gateway, history, now);
  const renders = platform.services.render.map(({ url }, index) => ({ name: `render-${index + 1}`, url }));
  const worker = (number: number, stage: Stage) =>
    new Worker(
      `s${seed}w${number}`,
      client(number),
      stage,
      memory,
      new Random(random.below(2 ** 31)),
      renders,
    );

  const stage = await setStage(new World(platform), seed);
  const setter = worker(0, stage);
  for (const { id } of stage.prompts) {
    const created = await setter.createVersion(id);
    const version = created.operation.answer?.version ?? 0;
    await setter.promote(id, version);
    await setter.promote(id, version);
  }

  const { faultsMs } = chaos;
  const plan = chaos.plan(seed);
  const attempt = chaos.begin({ stage, memory, renders, extra: worker(WORKERS + 1, stage), now });
  const faults = new Faults(platform, attempt);
  const started = now();
  const sinceStart = () => now() - started;
  let over = false;
  const workers = Array.from({ length: WORKERS }, (_none, index) =>
    worker(index + 1, stage).workUntil(() => over),
  );
  const happened = await faults.run(plan, sinceStart);
  await eventually(() => sinceStart() >= faultsMs, {
    timeoutMs: faultsMs + 1_000,
    what: 'the end of the faults',
  });
  over = true;
  const healing = now();
  await faults.heal();
  const ready = now();
  await Promise.all(workers);
  const final = await readFinalState(platform, stage, memory, attempt.kept(history), renders);
  const { violations, notes } = await attempt.judge(history, final, {
    absences: (await faults.absences()).map((absence) => later(absence, started)),
    faults: happened.map((fault) => later(fault, started)),
  });
  return {
    seed,
    violations,
    operations: history.length,
    acknowledged: history.filter(({ answer }) => answer !== undefined && answer.status < 300).length,
    stale: history.filter(({ answer }) => answer?.stale).length,
    pending: history.filter(({ answer }) => answer?.pending).length,
    revocations: history.filter(({ action, answer }) => action.kind === 'revoke' && answer?.status === 204)
      .length,
    faults: happened.length,
    readyMs: ready - healing,
    agreedMs: now() - ready,
    notes,
    report: violations.length === 0 ? '' : reportOf(seed, started, plan, violations),
    history,
    beganAt,
  };
}

function later<T extends Stretch>(one: T, by: number): T {
  return { ...one, from: one.from + by, to: one.to + by };
}

function reportOf(
  seed: number,
  started: number,
  plan: readonly Fault<object>[],
  violations: readonly Violation[],
): string {
  return [
    `seed ${seed}: ${violations.length} violations. Faults, from ${Math.round(started)} ms on:`,
    ...plan.map((fault) => `  ${describeFault(fault)}`),
    explain(violations),
  ].join('\n');
}

async function setStage(world: World, seed: number): Promise<Stage> {
  const owner = await eventually(() => world.owner(), { timeoutMs: 30_000, what: 'the owner of the stage' });
  const key = await world.key(owner, 'all');
  const member = await world.registeredBy(owner, owner.team);
  const prompts = [await world.prompt(owner, owner.team), await world.prompt(owner, owner.team)];
  return {
    organization: owner.organization,
    team: owner.team,
    user: owner.id,
    email: owner.email,
    session: owner.token,
    key: { credential: `stage-${seed}`, token: key.token },
    prompts,
    member: member.id,
  };
}

export function summary(run: Run): string {
  const verdict = run.violations.length === 0 ? 'no violation' : `${run.violations.length} VIOLATIONS`;
  return [
    `seed ${run.seed}: ${run.operations} requests, ${run.acknowledged} succeeded`,
    `${run.stale} stale, ${run.pending} pending, ${run.revocations} revocations, ${run.faults} faults`,
    ...run.notes,
    `ready after ${Math.round(run.readyMs)} ms, agreed after ${Math.round(run.agreedMs)} ms; ${verdict}`,
  ].join('; ');
}
