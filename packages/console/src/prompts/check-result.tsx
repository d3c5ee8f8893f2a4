/** The result of rendering a version with each saved payload, and of judging the outputs, before a promotion. */
import type { Wire } from '@px0/contracts';
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { DiffView } from '../diff/mod.ts';
import { Badge, Callout, Failure, Skeleton } from '../ui/mod.ts';
import { missingVariables } from './missing-variables.ts';
import { ProblemList } from './problem-list.tsx';

export interface CheckResultProps {
  readonly check: Wire<'VersionCheck'> | undefined;
  readonly error: unknown;
  /** Variables that are told elsewhere as a break of the contract. */
  readonly told?: readonly string[];
  /** Shows the first output that is wrong or differs at once. */
  readonly opensFirstChange?: boolean;
}

export function CheckResult({ check, error, told = [], opensFirstChange = false }: CheckResultProps) {
  const [chosen, setOpened] = useState<string | null>();
  if (error) return <Failure error={error} />;
  if (check === undefined) return <Skeleton className="h-10 w-full" />;
  const failed = check.payloads.filter(isFailing).length;
  const first = opensFirstChange
    ? check.payloads.find((payload) => isFailing(payload) || !isSame(payload))
    : undefined;
  const opened = chosen === undefined ? first?.payload_id : chosen;
  return (
    <section aria-label="Check with saved payloads" className="flex flex-col gap-2">
      {check.payloads.length === 0 ? (
        <Callout tone="info">
          No saved payloads, so nothing was checked. px0 renders saved payloads here before each promotion.
        </Callout>
      ) : (
        <Callout tone={failed === 0 ? 'success' : 'warning'}>{verdict(check, failed)}</Callout>
      )}
      <NewVariables
        paths={check.new_variables.filter((path) => !told.includes(path))}
        hasLive={check.live_version !== null}
      />
      {check.payloads.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {check.payloads.map((payload) => (
            <PayloadResult
              key={payload.payload_id}
              payload={payload}
              isOpen={opened === payload.payload_id}
              onToggle={() => setOpened(opened === payload.payload_id ? null : payload.payload_id)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

type CheckedPayload = Wire<'VersionCheck'>['payloads'][number];

/** Whether the output is wrong: it does not render, unless that is expected, or an assertion does not hold. */
function isFailing({ version, assertions = [] }: CheckedPayload): boolean {
  if (assertions.some(({ ok, severity }) => !ok && severity === 'error')) return true;
  return version.outcome === 'failed' && !isExpectedToFail(assertions);
}

/** Whether callers get what they get from the live version. */
function isSame({ version, live, diff }: CheckedPayload): boolean {
  if (version.outcome === 'failed' || live?.outcome !== 'rendered') return false;
  return diff === '' || live.rendered === version.rendered;
}

function isExpectedToFail(assertions: CheckedPayload['assertions'] = []): boolean {
  return assertions.some(({ type, ok }) => type === 'fails' && ok);
}

function verdict({ payloads, warnings }: Wire<'VersionCheck'>, failed: number): string {
  const all = count(payloads.length, 'payload');
  const judged = payloads.flatMap(({ assertions = [] }) => assertions).length;
  const warned = warnings === 0 ? '' : ` ${count(warnings, 'assertion')} warned.`;
  if (judged === 0) {
    return failed === 0
      ? `${all} rendered without errors.`
      : `${failed} of ${all} failed to render with this version.`;
  }
  return failed === 0
    ? `${all} passed with ${count(judged, 'assertion')}.${warned}`
    : `${failed} of ${all} failed with this version.${warned}`;
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
  readonly payload: CheckedPayload;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function PayloadResult({ payload, isOpen, onToggle }: CheckedPayloadProps) {
  const { name, version, live, violations, assertions = [] } = payload;
  const isWrong = violations !== undefined && violations !== null;
  // Then the error says nothing but what the list of problems says.
  const isRefused = isWrong && version.error?.startsWith('invalid variables: ') === true;
  const hasFailed = version.outcome === 'failed';
  const missing = isRefused ? [] : missingVariables(version.error, violations);
  // What is missing is told with the failure.
  const others = missing.length > 0 ? withoutMissing(violations) : (violations ?? undefined);
  const isBad = isFailing(payload);
  const unmet = assertions.filter(({ ok }) => !ok);
  const Icon = isBad ? CircleX : CircleCheck;
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
          className={isBad ? 'size-4 shrink-0 text-danger' : 'size-4 shrink-0 text-success'}
        />
        <span className="min-w-0 flex-1 truncate">{name ?? 'Unnamed payload'}</span>
        {isWrong && !hasFailed && <Badge tone="warning">Wrong variables</Badge>}
        {unmet.length > 0 && (
          <Badge tone={isBad ? 'danger' : 'warning'}>
            {unmet.length === 1 ? '1 assertion' : `${unmet.length} assertions`} not met
          </Badge>
        )}
        <Badge tone={hasFailed && isBad ? 'danger' : 'outline'}>
          {hasFailed
            ? isBad
              ? 'Fails'
              : 'Fails as expected'
            : live === null
              ? 'Renders'
              : isSame(payload)
                ? 'Same output'
                : 'Output changes'}
        </Badge>
      </button>
      {isOpen && (
        <div className="px-3 pb-3">
          {others !== undefined && (
            <div className="rounded-md not-last:mb-2 bg-warning-soft px-3 py-2 text-warning-ink text-xs">
              <p className="font-medium">The input schema does not accept this payload</p>
              <ProblemList problems={others} />
            </div>
          )}
          <AssertionVerdicts assertions={assertions} />
          {isRefused ? null : hasFailed ? (
            <div className="break-words rounded-md bg-danger-soft px-3 py-2 text-danger-ink text-xs">
              {missing.length > 0 && (
                <p className="font-medium">
                  {missing.length === 1 ? 'Missing variable' : 'Missing variables'}:{' '}
                  <span className="font-mono">{missing.join(', ')}</span>
                </p>
              )}
              <p className="font-mono">{version.error}</p>
            </div>
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

/** Undefined if nothing else is wrong. */
function withoutMissing(violations: CheckedPayload['violations']): Wire<'ContractViolation'> | undefined {
  if (!violations) return undefined;
  const { unknown, invalid } = violations;
  return unknown.length + invalid.length === 0 ? undefined : { ...violations, missing: [] };
}

const verdicts = {
  met: { icon: CircleCheck, className: 'text-success', word: 'Holds' },
  error: { icon: CircleX, className: 'text-danger', word: 'Fails' },
  warning: { icon: TriangleAlert, className: 'text-warning-ink', word: 'Warns' },
} as const;

function AssertionVerdicts({
  assertions,
}: {
  readonly assertions: NonNullable<CheckedPayload['assertions']>;
}) {
  if (assertions.length === 0) return null;
  return (
    <ul aria-label="Assertions" className="mb-2 flex flex-col gap-1 text-xs">
      {assertions.map(({ type, ok, severity, message }, at) => {
        const { icon: Icon, className, word } = verdicts[ok ? 'met' : severity];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: they have no other name, and never change places
          <li key={at} className="flex items-start gap-2">
            <Icon aria-hidden="true" className={`mt-px size-3.5 shrink-0 ${className}`} />
            <span className="min-w-0 break-words">
              <span className="sr-only">{word}: </span>
              <code>{type}</code>
              {message !== null && <span className="text-muted"> {message}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
