/** One run: a stage, a workload with faults in it, the state that is left, and the checker's judgement. Everything follows from the seed. */
import { Random } from '@px0/testing/random';
import { eventually, type TestPlatformWithServers } from '@px0/testing/servers';
import { World } from '@px0/testing/world';
import { check, explain, type Violation } from './checker.ts';
import { type Place, RecordingClient } from './client.ts';
import { describeFault, FAULTS_MS, Faults, planOf } from './faults.ts';
import { readFinalState } from './final-state.ts';
import type { Operation } from './history.ts';
import { Memory, type Stage, Worker } from './workload.ts';

export const replicas = { gateway: 1, identity: 1, tenancy: 1, 'prompt-registry': 2, render: 2 } as const;
const WORKERS = 5;

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
  /** Seed, faults and minimal history; empty without a violation. */
  readonly report: string;
  /** The whole history; its times are milliseconds since `beganAt`, a time of the day. */
  readonly history: readonly Operation[];
  readonly beganAt: string;
}

export async function runSeed(platform: TestPlatformWithServers, seed: number): Promise<Run> {
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

  const plan = planOf(seed, replicas);
  const faults = new Faults(platform);
  const started = now();
  const sinceStart = () => now() - started;
  let over = false;
  const workers = Array.from({ length: WORKERS }, (_none, index) =>
    worker(index + 1, stage).workUntil(() => over),
  );
  const happened = await faults.run(plan, sinceStart);
  await eventually(() => sinceStart() >= FAULTS_MS, {
    timeoutMs: FAULTS_MS + 1_000,
    what: 'the end of the faults',
  });
  over = true;
  const healing = now();
  await faults.heal();
  const ready = now();
  await Promise.all(workers);
  const final = await readFinalState(platform, stage, memory, history, renders);
  const violations = check(history, final);
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
    report: violations.length === 0 ? '' : reportOf(seed, started, plan, violations),
    history,
    beganAt,
  };
}

function reportOf(
  seed: number,
  started: number,
  plan: ReturnType<typeof planOf>,
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
    `ready after ${Math.round(run.readyMs)} ms, agreed after ${Math.round(run.agreedMs)} ms; ${verdict}`,
  ].join('; ');
}
