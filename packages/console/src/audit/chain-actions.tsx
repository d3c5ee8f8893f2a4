/** Exports the audit of an organization, as chains or as a table, and verifies the chains in the browser. */
import { Download, Sheet, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Button, Callout, saveFile, toast, toastError } from '../ui/mod.ts';
import { readAddresses } from '../workspace/mod.ts';
import { auditCsv } from './audit-csv.ts';
import { type Context, contexts, type Line, mergedLines, peopleOf } from './audit-lines.ts';
import { lineSentence } from './line-sentence.ts';
import type { Names } from './organization-sentence.ts';
import { type AuditFilters, wholeChain } from './readings.ts';
import { ChainVerifier, type Verified } from './verify-chain.ts';

const contextNames: { readonly [C in Context]: string } = {
  identity: 'Accounts and API keys',
  tenancy: 'Organization, teams and members',
  registry: 'Prompts, policies and change requests',
};

type Results = { readonly [C in Context]?: Verified };

export interface ChainActionsProps {
  readonly orgId: string;
  readonly filters: AuditFilters;
  readonly isFiltered: boolean;
  readonly names: Names;
}

type Act = 'export' | 'csv' | 'verify';

export function ChainActions({ orgId, filters, isFiltered, names }: ChainActionsProps) {
  const [busy, setBusy] = useState<Act>();
  const [results, setResults] = useState<Results>();
  const run = async (what: Act, act: () => Promise<void>): Promise<void> => {
    setBusy(what);
    try {
      await act();
    } catch (error) {
      toastError(
        error,
        what === 'verify' ? 'Could not verify the audit log' : 'Could not export the audit log',
      );
    } finally {
      setBusy(undefined);
    }
  };
  const downloadTable = async (): Promise<void> => {
    const lines: Line[] = [];
    for (const context of contexts) {
      for await (const page of wholeChain(orgId, context, filters)) lines.push(...page.lines);
    }
    // The page knows the names of what it shows only.
    const addresses = await readAddresses(orgId, lines.flatMap(peopleOf));
    const person = (id: string | null): string => addresses.get(id ?? '') ?? 'a deleted account';
    const named = { ...names, person };
    const newestFirst = mergedLines([{ lines, isWhole: true }]);
    const table = auditCsv(newestFirst, named, (line) => lineSentence(line, named));
    saveFile(`${fileName()}.csv`, [table], 'text/csv');
    toast({ title: `Exported ${lines.length.toLocaleString('en')} entries` });
  };
  const download = async (): Promise<void> => {
    const parts: string[] = [];
    for (const context of contexts) {
      for await (const { text } of wholeChain(orgId, context)) parts.push(text);
    }
    saveFile(`${fileName()}.ndjson`, parts, 'application/x-ndjson');
    toast({ title: 'Exported the audit log', description: 'px0 audit verify checks the file.' });
  };
  const verify = async (): Promise<void> => {
    const found: { [C in Context]?: Verified } = {};
    for (const context of contexts) {
      const verifier = new ChainVerifier(orgId, context);
      for await (const { lines } of wholeChain(orgId, context)) await verifier.add(lines);
      found[context] = verifier.result;
    }
    setResults(found);
  };
  // Browsers offer it only to pages that came over HTTPS, or from this computer.
  const canHash = window.isSecureContext;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <Button icon={Download} loading={busy === 'export'} onClick={() => void run('export', download)}>
          Export
        </Button>
        <Button icon={Sheet} loading={busy === 'csv'} onClick={() => void run('csv', downloadTable)}>
          {isFiltered ? 'Export these as CSV' : 'Export as CSV'}
        </Button>
        <Button
          icon={ShieldCheck}
          loading={busy === 'verify'}
          disabledReason={canHash ? undefined : 'A browser verifies only over HTTPS. Use px0 audit verify.'}
          onClick={() => void run('verify', verify)}
        >
          Verify
        </Button>
      </div>
      {results !== undefined && <VerificationState results={results} />}
    </div>
  );
}

function VerificationState({ results }: { readonly results: Results }) {
  const isSound = Object.values(results).every(({ fault }) => fault === undefined);
  return (
    <div role="status">
      <Callout
        tone={isSound ? 'success' : 'danger'}
        title={isSound ? 'Every entry follows the one before it' : 'The audit log was changed'}
      >
        <ul className="flex flex-col gap-1">
          {contexts.map((context) => (
            <li key={context} className="break-words">
              {contextNames[context]}: {resultText(results[context])}
            </li>
          ))}
        </ul>
        <p className="mt-1.5 text-xs">
          Note down the newest entries and their hashes elsewhere: with them, px0 audit verify also finds
          entries that were removed from the end.
        </p>
      </Callout>
    </div>
  );
}

function resultText(result: Verified | undefined): string {
  if (result === undefined || (result.entries === 0 && result.fault === undefined)) return 'no entries';
  if (result.fault !== undefined) return result.fault;
  const pruned =
    result.prunedBefore === undefined
      ? ''
      : `, from entry ${result.prunedBefore} on; older ones were removed`;
  return `${result.entries.toLocaleString('en')} entries${pruned}, up to ${result.head?.number}:${result.head?.hash}`;
}

function fileName(): string {
  return `audit-${new Date().toISOString().slice(0, 10)}`;
}
