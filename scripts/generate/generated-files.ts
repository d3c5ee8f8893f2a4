/** The deployment files that are derived from the code, with their text as it must be. */
import { envExample } from './env-example.ts';
import { helmChart } from './helm/chart.ts';
import { natsAccounts } from './nats-accounts.ts';
import { prometheusRules } from './prometheus-rules.ts';

export interface GeneratedFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

export function generatedFiles(): GeneratedFile[] {
  const files = [
    { path: 'deploy/nats/accounts.conf', text: natsAccounts() },
    { path: '.env.example', text: envExample() },
    { path: 'k8s/components/telemetry/rules.yaml', text: prometheusRules() },
  ];
  return [...files, ...helmChart(files)];
}
