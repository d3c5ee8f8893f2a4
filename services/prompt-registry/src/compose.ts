/** The prompt registry on one page: what it owns, and how its features are built from each other. */

import { defaultThreads, observeHeavyPool } from '@px0/heavy-renders';
import { type Features, type Foundation, type OwnerDefinition, startOwner } from '@px0/owner';
import { metricCatalog, observe, type RunningServer, type ServiceDependencies } from '@px0/service-kit';
import { AssertionCheck, AssertionThread } from './assertions/mod.ts';
import { auditRoutes, chainEnds, ReadPromptAudit, ReadTeamAudit } from './audit/mod.ts';
import {
  changeRequestCommands,
  changeRequestRoutes,
  type JudgedRequestDependencies,
  KeepBrokenGlass,
  observeRequests,
  settleRequests,
} from './change-requests/mod.ts';
import { type Actor, type AuditNote, rules, systemActor } from './changes/mod.ts';
import {
  CheckTemplate,
  CheckVersion,
  checkRoutes,
  JudgeVersion,
  ProgramCheck,
  PromoteWithPayloads,
} from './checks/mod.ts';
import type { Config } from './config.ts';
import { teamDeletions, teamSweeper } from './deletions/mod.ts';
import { DiffVersions, diffRoutes } from './diff/mod.ts';
import { externalCheckRoutes, postedStates, postedValue } from './external-checks/mod.ts';
import { HeavyWork } from './heavy/mod.ts';
import { payloadCommands, payloadRoutes } from './payloads/mod.ts';
import { observeRefusals, PolicyGate } from './policies/mod.ts';
import { ChangePolicies, ExplainPolicies, policyRoutes, ReadPolicies } from './policy-settings/mod.ts';
import { promptCountRoutes } from './prompt-counts/mod.ts';
import { contentGatherer, promptCommands, promptParts, promptRoutes } from './prompts/mod.ts';
import { MIGRATIONS, SCHEMA } from './schema.ts';
import {
  AcceptSnapshot,
  KeepSnapshot,
  ReadSnapshot,
  SampleRenders,
  snapshotRoutes,
} from './snapshots/mod.ts';
import { tagCommands, tagRoutes } from './tags/mod.ts';
import { templateRoutes } from './templates/mod.ts';
import {
  ExportPrompts,
  HeavyDocuments,
  ImportPrompts,
  judgePlan,
  PreviewImport,
  transferRoutes,
} from './transfer/mod.ts';
import {
  ReadBreakdown,
  ReadServices,
  ReadTeamUsage,
  ReadUsage,
  usageCounting,
  usageDays,
  usageExpiry,
  usageRoutes,
} from './usage/mod.ts';
import {
  factsFiller,
  programRepublisher,
  ShowWantedVersion,
  versionCommands,
  versionRoutes,
} from './versions/mod.ts';

const registry: Omit<OwnerDefinition<Config, 'prompt', Actor, AuditNote>, 'build'> = {
  context: 'registry',
  schema: SCHEMA,
  migrations: MIGRATIONS,
  rules,
  system: systemActor,
  prefixes: ['/v1/prompts', '/v1/templates', '/v1/prompt-policies', '/v1/change-requests'],
};

/** What tests leave out, to see that it is missed. */
export interface RegistryReplacements {
  readonly settle?: typeof settleRequests;
  readonly count?: JudgedRequestDependencies['count'];
}

/** Starts a registry process. It listens when its tables are up to date, and is ready when its projection has caught up. */
export function startPromptRegistry(
  config: Config,
  dependencies: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
  replacements: RegistryReplacements = {},
): Promise<RunningServer> {
  return startOwner<Config, 'prompt', Actor, AuditNote>(
    { ...registry, build: (foundation) => features(foundation, replacements) },
    config,
    dependencies,
  );
}

function features(
  foundation: Foundation<Config, 'prompt', Actor, AuditNote>,
  replacements: RegistryReplacements,
): Features<'prompt', Actor, AuditNote> {
  const { config, access, changes, database: reader, logger, cleanups } = foundation;
  const heavy = new HeavyWork({
    access,
    threads: config.HEAVY_RENDER_THREADS ?? defaultThreads(),
    checkBudgetMs: config.CHECK_TIME_BUDGET_MS,
    logger,
  });
  cleanups.add('heavy work', () => heavy.pool.close(0));
  observeHeavyPool(heavy.pool);
  observeRefusals();
  const gate: PolicyGate = new PolicyGate({
    access,
    external: { posted: (promptId, { number }) => postedValue(promptId, number), states: postedStates },
    brokenGlass: new KeepBrokenGlass(),
    // What judges versions is built from what asks the gate.
    judge: {
      judge: (promptId, version, signal) => judge.judge(promptId, version, signal),
      surroundings: (rows, promptId) => judge.surroundings(rows, promptId),
    },
  });
  const assertionThread = new AssertionThread(logger);
  cleanups.add('assertions', () => assertionThread.pool.close(0));
  const parts = {
    ...promptParts(foundation, replacements.settle ?? settleRequests),
    heavy,
    authoring: config.AUTHORING,
    gate,
  };
  const prompts = promptCommands(foundation, parts);
  const versions = versionCommands(foundation, parts);
  const tags = tagCommands(parts);
  const assertions = new AssertionCheck({ ...parts, assertionThread });
  const payloads = payloadCommands({ ...parts, assertions });
  const { transition, contents, schemas } = versions;
  const timeBudgetMs = config.CHECK_TIME_BUDGET_MS;
  const programs = new ProgramCheck({ heavy, assertionThread, timeBudgetMs });
  observe(metricCatalog.assertionsRun, () => programs.counts.observations());
  const check = new CheckVersion({ ...parts, schemas, programs });
  const samples = new SampleRenders({ ...parts, schemas, timeBudgetMs });
  const judge = new JudgeVersion({ reader, check });
  const promoteChecked = new PromoteWithPayloads({ ...parts, check, transition });
  const requests = changeRequestCommands({
    ...parts,
    schemas,
    assertions,
    policies: config.POLICIES,
    check,
    commands: { transition, tags, prompts, payloads },
    count: replacements.count,
  });
  observeRequests(reader);
  const documents = new HeavyDocuments(heavy);
  const sweeper = teamSweeper(foundation);
  const usage = { ...foundation, retentionDays: config.USAGE_RETENTION_DAYS };
  return {
    handlers: {
      ...promptRoutes({
        ...prompts,
        wantedVersion: new ShowWantedVersion({ ...parts, schemas: versions.schemas }),
      }),
      ...versionRoutes({ ...versions, promoteChecked }),
      ...checkRoutes(check, new CheckTemplate({ ...parts, contents, check })),
      ...snapshotRoutes(new AcceptSnapshot({ ...parts, samples }), new ReadSnapshot({ ...parts, samples })),
      ...externalCheckRoutes(parts),
      ...diffRoutes(new DiffVersions(parts)),
      ...changeRequestRoutes(requests),
      ...tagRoutes(tags),
      ...payloadRoutes(payloads),
      ...templateRoutes(contents, heavy),
      ...policyRoutes({
        change: new ChangePolicies({ changes, access, policies: config.POLICIES }),
        read: new ReadPolicies(parts),
        explain: new ExplainPolicies(parts),
      }),
      ...auditRoutes(new ReadPromptAudit(parts), new ReadTeamAudit(parts)),
      ...transferRoutes(
        new ExportPrompts({ ...parts, documents }),
        new ImportPrompts({
          ...parts,
          ...{ documents, prompts, versions, tags, payloads, assertions },
          snapshots: { keep: new KeepSnapshot(parts) },
          requests: {
            open: (principal, promptId, request) => requests.create.run(principal, promptId, () => request),
          },
        }),
        new PreviewImport({
          ...parts,
          ...{ documents, programs, schemas, assertions },
          judgePlan: async (plan) => (await judgePlan({ reader, gate }, plan)).refused,
          checkBudgetMs: timeBudgetMs,
        }),
      ),
      ...promptCountRoutes(parts),
      ...usageRoutes(
        new ReadUsage(parts),
        new ReadTeamUsage(parts),
        new ReadServices(parts),
        new ReadBreakdown(parts),
      ),
    },
    sagas: [teamDeletions(sweeper), chainEnds],
    lastMoment: async () => {
      await Promise.all([heavy.pool.close(0), assertionThread.pool.close(0)]);
    },
    background: [
      sweeper,
      contentGatherer(foundation),
      programRepublisher(foundation),
      versions.schemas.background(),
      factsFiller({ ...foundation, reader: foundation.database }),
      ...usageCounting(usage),
      usageDays(usage),
      usageExpiry(usage),
    ],
  };
}
