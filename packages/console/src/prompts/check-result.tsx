/** The result of rendering a version with each saved payload, before a promotion. */
import type { Wire } from '@px0/contracts';
import { CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import { DiffView } from '../diff/mod.ts';
import { Badge, Callout, Failure, Skeleton } from '../ui/mod.ts';
import { ProblemList } from './problem-list.tsx';

export interface CheckResultProps {
  readonly check: Wire<'VersionCheck'> | undefined;
  readonly error: unknown;
  /** Variables that are told elsewhere as a break of the contract. */
  readonly told?: readonly string[];
}

export function CheckResult({ check, error, told = [] }: CheckResultProps) {
  const [opened, setOpened] = useState<string>();
  if (error) return <Failure error={error} />;
  if (check === undefined) return <Skeleton className="h-10 w-full" />;
  const failed = check.payloads.filter(({ version }) => version.outcome === 'failed');
  return (
    <section aria-label="Check with saved payloads" className="flex flex-col gap-2">
      {check.payloads.length === 0 ? (
        <Callout tone="info">
          No saved payloads, so nothing was checked. px0 renders saved payloads here before each promotion.
        </Callout>
      ) : (
        <Callout tone={failed.length === 0 ? 'success' : 'warning'}>
          {failed.length === 0
            ? `${count(check.payloads.length, 'payload')} rendered without errors.`
            : `${failed.length} of ${count(check.payloads.length, 'payload')} failed to render with this version.`}
        </Callout>
      )}
      <NewVariables
        paths={check.new_variables.filter((path) => !told.includes(path))}
        hasLive={check.live_version !== null}
      />
      {check.payloads.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {check.payloads.map((payload) => (
            <CheckedPayload
              key={payload.payload_id}
              payload={payload}
              isOpen={opened === payload.payload_id}
              onToggle={() => setOpened(opened === payload.payload_id ? undefined : payload.payload_id)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

/** The variables that applications will have to send in addition. */
function NewVariables({ paths, hasLive }: { readonly paths: readonly string[]; readonly hasLive: boolean }) {
  if (paths.length === 0) return null;
  const names = paths.map((path) => `“${path}”`).join(', ');
  if (!hasLive) return <Callout tone="info">Applications must send {names}.</Callout>;
  return (
    <Callout tone="warning" title="Applications must send new variables">
      The live version does not need {names}. Renders without {paths.length === 1 ? 'it' : 'them'} will fail.
    </Callout>
  );
}

interface CheckedPayloadProps {
  readonly payload: Wire<'VersionCheck'>['payloads'][number];
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function CheckedPayload({ payload, isOpen, onToggle }: CheckedPayloadProps) {
  const { name, version, live, diff, violations } = payload;
  const isWrong = violations !== undefined && violations !== null;
  // Then the error says nothing but what the list of problems says.
  const isRefused = isWrong && version.error?.startsWith('invalid variables: ') === true;
  const hasFailed = version.outcome === 'failed';
  const Icon = hasFailed ? CircleX : CircleCheck;
  const isSame =
    !hasFailed && live?.outcome === 'rendered' && (diff === '' || live.rendered === version.rendered);
  return (
    <li className="text-sm">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={onToggle}
        className="flex min-h-9 w-full items-center gap-2 px-3 py-1.5 text-left -outline-offset-2 hover:bg-panel"
      >
        <Icon
          aria-hidden="true"
          className={hasFailed ? 'size-4 shrink-0 text-danger' : 'size-4 shrink-0 text-success'}
        />
        <span className="min-w-0 flex-1 truncate">{name ?? 'Unnamed payload'}</span>
        {isWrong && !hasFailed && <Badge tone="warning">Wrong variables</Badge>}
        <Badge tone={hasFailed ? 'danger' : 'outline'}>
          {hasFailed ? 'Fails' : live === null ? 'Renders' : isSame ? 'Same output' : 'Output changes'}
        </Badge>
      </button>
      {isOpen && (
        <div className="px-3 pb-3">
          {isWrong && (
            <div className="rounded-md not-last:mb-2 bg-warning-soft px-3 py-2 text-warning-ink text-xs">
              <p className="font-medium">The input schema does not accept this payload</p>
              <ProblemList problems={violations} />
            </div>
          )}
          {isRefused ? null : hasFailed ? (
            <p className="break-words rounded-md bg-danger-soft px-3 py-2 font-mono text-danger-ink text-xs">
              {version.error}
            </p>
          ) : (
            <DiffView
              left={live?.rendered ?? ''}
              right={version.rendered ?? ''}
              leftLabel={live?.outcome === 'failed' ? 'Live output (fails)' : 'Live output'}
              rightLabel="New output"
              layout="unified"
              equalNote="Both versions render the same output."
            />
          )}
        </div>
      )}
    </li>
  );
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
