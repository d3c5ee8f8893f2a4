/** Exports the chains of an organization as a file, and verifies them in the browser. */
import { Download, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Button, Callout, saveFile, toast, toastError } from '../ui/mod.ts';
import { type Context, contexts } from './audit-lines.ts';
import { wholeChain } from './readings.ts';
import { ChainVerifier, type Verified } from './verify-chain.ts';

const contextNames: { readonly [C in Context]: string } = {
  identity: 'Accounts and API keys',
  tenancy: 'Organization, teams and members',
  registry: 'Prompts, policies and change requests',
};

type Results = { readonly [C in Context]?: Verified };

export function ChainActions({ orgId }: { readonly orgId: string }) {
  const [busy, setBusy] = useState<'export' | 'verify'>();
  const [results, setResults] = useState<Results>();
  const run = async (what: 'export' | 'verify', act: () => Promise<void>): Promise<void> => {
    setBusy(what);
    try {
      await act();
    } catch (error) {
      toastError(
        error,
        what === 'export' ? 'Could not export the audit log' : 'Could not verify the audit log',
      );
    } finally {
      setBusy(undefined);
    }
  };
  const download = async (): Promise<void> => {
    const parts: string[] = [];
    for (const context of contexts) {
      for await (const { text } of wholeChain(orgId, context)) parts.push(text);
    }
    saveFile(`audit-${new Date().toISOString().slice(0, 10)}.ndjson`, parts, 'application/x-ndjson');
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
