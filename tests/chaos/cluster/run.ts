/** What a run on clusters adds to the others: failovers that lose rows, their truth, and the rules for it. */
import type { TestPlatformOnClusters } from '@px0/testing/servers';
import type { Held, Violation } from '../checker.ts';
import type { FinalState, Operation } from '../history.ts';
import {
  type Attempt,
  type Chaos,
  type Course,
  type Disturbances,
  type Judgement,
  replicas,
} from '../run-seed.ts';
import { agreement } from './agreement.ts';
import { type ClusterFault, ClusterServers, FAULTS_MS, type FailoverWitness, planOf } from './faults.ts';
import { type Cut, checkWithLosses, type Loss, lostIn, withoutLost } from './losses.ts';
import { failedRenders } from './renders.ts';
import { readHeld } from './truth.ts';

const PROMOTIONS_TO_LOSE = 2;

export function clusters(platform: TestPlatformOnClusters): Chaos<ClusterFault> {
  return {
    faultsMs: FAULTS_MS,
    plan: (seed) => planOf(seed, replicas),
    begin: (course) => begin(platform, course),
  };
}

function begin(platform: TestPlatformOnClusters, course: Course): Attempt<ClusterFault> {
  const losses: Promise<Loss>[] = [];
  const cuts: Cut[] = [];
  const note = (cut: Cut, loss: Promise<Loss>) => {
    cuts.push(cut);
    losses.push(loss);
  };
  const servers = new ClusterServers(platform, () => witness(platform, course, note));
  const judge = async (
    history: readonly Operation[],
    final: FinalState,
    { absences, faults }: Disturbances<ClusterFault>,
  ): Promise<Judgement> => {
    const known = await Promise.all(losses);
    const { violations, whileMending } = checkWithLosses(history, final, known);
    const failed = failedRenders(history, course.stage.key.credential, absences);
    return { violations: [...violations, ...failed], notes: notesOf(known, faults, whileMending) };
  };
  const kept = (history: readonly Operation[]) => withoutLost(history, cuts);
  return Object.assign(servers, { kept, judge });
}

/** How long an agreement took, in all and since the last fault that was felt meanwhile had ended. */
function notesOf(
  losses: readonly Loss[],
  faults: Disturbances<ClusterFault>['faults'],
  whileMending: readonly Violation[],
): string[] {
  if (losses.length === 0) return [];
  const others = faults.filter(({ fault }) => fault.kind !== 'fail-over-and-lose');
  const each = losses.map((loss) => {
    const { openedAt, agreedAt, agreedLast } = loss;
    const ends = others.filter(({ from, to }) => from < agreedAt && to > openedAt).map(({ to }) => to);
    const calmAt = Math.min(agreedAt, Math.max(openedAt, ...ends));
    const [all, calm] = [agreedAt - openedAt, agreedAt - calmAt].map(Math.round);
    return `${lostIn(loss).count} rows lost, agreed after ${all} ms, ${calm} of them calm (last: ${agreedLast})`;
  });
  return [`failovers: ${each.join('; ')}; ${whileMending.length} answers behind meanwhile`];
}

function witness(
  platform: TestPlatformOnClusters,
  course: Course,
  note: (cut: Cut, loss: Promise<Loss>) => void,
): FailoverWitness {
  const { postgres } = platform;
  const { stage, memory, extra, now } = course;
  const held = (url: string) => readHeld(url, stage, memory.emails);
  let [safeUntil, endedAt] = [0, 0];
  let promoted: Held | undefined;
  return {
    beforeTheCut: async () => {
      safeUntil = now();
      await postgres.whenCaughtUp();
    },
    // Something is lost in any case, unless px0 cannot be reached: a key, and more revisions of a prompt than follow soon.
    afterTheCut: async () => {
      const [prompt] = stage.prompts;
      await extra.createKey();
      for (let count = 0; prompt !== undefined && count < PROMOTIONS_TO_LOSE; count += 1) {
        const { answer } = (await extra.createVersion(prompt.id)).operation;
        if (answer?.version === undefined) return;
        await extra.promote(prompt.id, answer.version);
        await extra.promote(prompt.id, answer.version);
      }
    },
    ended: () => {
      endedAt = now();
    },
    promoted: async () => {
      promoted = await held(postgres.primary.url);
    },
    opened: async () => {
      const openedAt = now();
      const old = await postgres.withOldPrimary(held);
      if (promoted === undefined) throw new Error('the promoted server was not looked at');
      const loss = {
        safeUntil,
        endedAt,
        openedAt,
        agreedAt: Number.POSITIVE_INFINITY,
        agreedLast: '',
        old,
        promoted,
      };
      const { keys } = lostIn(loss);
      const secrets = memory.secrets.filter(({ credential }) => keys.includes(credential));
      note(
        loss,
        agreement(platform, course, secrets).then(({ at, last }) => ({
          ...loss,
          agreedAt: at,
          agreedLast: last,
        })),
      );
    },
  };
}
