/**
 * Asks before a version changes its status. Before a promotion it shows what changes for applications: the diff with the
 * live version, and the result for each saved payload. If-Match makes sure that px0 promotes what the user reviewed.
 */

import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import { DiffView } from '../diff/mod.ts';
import { Badge, Callout, ConfirmDialog, Failure, Skeleton, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { ContentDiff, WholeContent } from './content-diff.tsx';
import { checkReading, readVersion } from './data/readings.ts';
import { type PromptWrites, usePromptWrites } from './data/writes.ts';
import { NoteField } from './note-field.tsx';
import { RecentRenders } from './recent-renders.tsx';
import { liveOf, type Promotion, promotionOf, type Rollback, type Version } from './version-actions.ts';

export type TransitionRequest =
  | { readonly kind: 'promote'; readonly version: Version }
  | { readonly kind: 'demote'; readonly version: Version }
  | { readonly kind: 'archive'; readonly version: Version }
  | { readonly kind: 'delete'; readonly version: Version }
  | { readonly kind: 'rollback'; readonly rollback: Rollback };

export interface TransitionDialogProps {
  readonly promptId: string;
  readonly versions: readonly Version[];
  /** Undefined: closed. */
  readonly request: TransitionRequest | undefined;
  readonly onClose: () => void;
  readonly onDone?: (request: TransitionRequest) => void;
}

export function TransitionDialog({ promptId, versions, request, onClose, onDone }: TransitionDialogProps) {
  if (request === undefined) return null;
  const live = liveOf(versions);
  const change = (open: boolean): void => {
    if (!open) onClose();
  };
  const done = async (act: Promise<unknown>): Promise<void> => {
    await act;
    onDone?.(request);
  };
  if (request.kind === 'promote') {
    const promotion = promotionOf(request.version, live);
    return promotion === undefined ? null : (
      <PromoteDialog
        promptId={promptId}
        version={request.version}
        live={live}
        promotion={promotion}
        onOpenChange={change}
        onConfirm={done}
      />
    );
  }
  if (request.kind === 'rollback') {
    return live === undefined ? null : (
      <RollbackDialog
        promptId={promptId}
        rollback={request.rollback}
        live={live}
        onOpenChange={change}
        onConfirm={done}
      />
    );
  }
  return (
    <PlainTransitionDialog
      promptId={promptId}
      kind={request.kind}
      version={request.version}
      onOpenChange={change}
      onConfirm={done}
    />
  );
}

interface PlainTransitionDialogProps {
  readonly promptId: string;
  readonly kind: 'demote' | 'archive' | 'delete';
  readonly version: Version;
  readonly onOpenChange: (open: boolean) => void;
  readonly onConfirm: (act: Promise<unknown>) => Promise<void>;
}

/** Asks before a step that changes nothing in the version's content. */
function PlainTransitionDialog({
  promptId,
  kind,
  version,
  onOpenChange,
  onConfirm,
}: PlainTransitionDialogProps) {
  const writes = usePromptWrites();
  const [note, setNote] = useState('');
  const name = `version ${version.version}`;
  const texts = {
    demote: {
      title: `Demote ${name} to stable?`,
      description:
        'The prompt will have no live version. Renders by slug return 404 until you make another version live. Renders by version number or tag keep working.',
      confirmLabel: 'Demote to stable',
    },
    archive: {
      title: `Archive ${name}?`,
      description:
        version.status === 'live'
          ? 'This is the live version. Renders by slug return 404 until you make another version live. You can’t undo archiving, but you can copy the version at any time.'
          : 'You can no longer edit or promote an archived version, and you can’t undo this. You can still read it, render it by number or tag, and copy it.',
      confirmLabel: 'Archive version',
    },
    delete: {
      title: `Delete draft ${name}?`,
      description: 'Deletes its text and tags. The version number is not reused. You can’t undo this.',
      confirmLabel: 'Delete draft',
    },
  }[kind];
  const act = async (): Promise<void> => {
    if (kind === 'delete') {
      await writes.deleteDraft(promptId, version.version);
      toast({ title: `Deleted draft version ${version.version}` });
    } else {
      await writes.transition(kind, promptId, version.version, { note });
      toast(
        kind === 'demote'
          ? {
              title: `Version ${version.version} is no longer live`,
              action: { label: 'Undo', run: () => backTo(writes, promptId, version.version) },
            }
          : { title: `Archived version ${version.version}` },
      );
    }
  };
  return (
    <ConfirmDialog open onOpenChange={onOpenChange} {...texts} onConfirm={() => onConfirm(act())}>
      {kind !== 'delete' && (
        <>
          <RecentRenders promptId={promptId} version={version.version} />
          <NoteField note={note} onChange={setNote} />
        </>
      )}
    </ConfirmDialog>
  );
}

interface PromoteDialogProps {
  readonly promptId: string;
  readonly version: Version;
  readonly live: Version | undefined;
  readonly promotion: Promotion;
  readonly onOpenChange: (open: boolean) => void;
  readonly onConfirm: (act: Promise<unknown>) => Promise<void>;
}

function PromoteDialog({ promptId, version, live, promotion, onOpenChange, onConfirm }: PromoteDialogProps) {
  const writes = usePromptWrites();
  const reviewed = useQuery({
    queryKey: ['getVersion', { id: promptId, version: version.version }, 'reviewed'],
    queryFn: ({ signal }) => readVersion(promptId, String(version.version), signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const check = useQuery(checkReading(promptId, version.version));
  const [note, setNote] = useState('');
  const failing = check.data?.passed === false;
  const promote = async (): Promise<void> => {
    const { version: promoted } = await writes.transition('promote', promptId, version.version, {
      etag: reviewed.data?.etag,
      requirePayloads: check.data?.passed === true,
      note,
    });
    toast({
      title:
        promoted.status === 'live'
          ? `Version ${promoted.version} is live`
          : `Version ${promoted.version} is stable`,
      ...(promoted.status === 'live' && live !== undefined
        ? {
            action: {
              label: `Return to version ${live.version}`,
              run: () => backTo(writes, promptId, live.version),
            },
          }
        : {}),
    });
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      wide
      tone={failing ? 'danger' : 'neutral'}
      title={
        promotion.to === 'live'
          ? `Make version ${version.version} live?`
          : `Mark version ${version.version} stable?`
      }
      description={promotion.consequence}
      confirmLabel={failing ? `${promotion.verb} anyway` : promotion.verb}
      onConfirm={() => onConfirm(promote())}
    >
      <NoteField note={note} onChange={setNote} />
      <CheckResult check={check.data} error={check.error} />
      {reviewed.data === undefined ? (
        reviewed.error ? (
          <Failure error={reviewed.error} retry={reviewed.refetch} />
        ) : (
          <Skeleton className="h-32 w-full" />
        )
      ) : live === undefined ? (
        <>
          <p className="text-muted text-xs">There is no live version to compare with.</p>
          <WholeContent version={reviewed.data.version} />
        </>
      ) : (
        <ContentDiff
          left={live}
          right={reviewed.data.version}
          leftLabel={`Version ${live.version}, live`}
          rightLabel={`Version ${version.version}`}
          layout="unified"
          equalNote={sameText(version)}
        />
      )}
    </ConfirmDialog>
  );
}

function backTo(writes: PromptWrites, promptId: string, version: number): Promise<void> {
  return attempt(async () => {
    await writes.transition('promote', promptId, version);
    toast({ title: `Version ${version} is live again` });
  });
}

interface RollbackDialogProps {
  readonly promptId: string;
  readonly rollback: Rollback;
  readonly live: Version;
  readonly onOpenChange: (open: boolean) => void;
  readonly onConfirm: (act: Promise<unknown>) => Promise<void>;
}

function RollbackDialog({ promptId, rollback, live, onOpenChange, onConfirm }: RollbackDialogProps) {
  const writes = usePromptWrites();
  const { version } = rollback;
  const check = useQuery(checkReading(promptId, version.version));
  const [note, setNote] = useState('');
  const act = async (): Promise<void> => {
    let { version: number } = version;
    if (rollback.kind === 'copy') {
      ({
        version: { version: number },
      } = await writes.duplicate(promptId, version.version));
      await writes.transition('promote', promptId, number);
    }
    await writes.transition('promote', promptId, number, { note });
    toast({
      title: `Version ${number} is live`,
      action: {
        label: `Return to version ${live.version}`,
        run: () => backTo(writes, promptId, live.version),
      },
    });
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      wide
      tone="neutral"
      title={`Roll back to version ${version.version}?`}
      description={
        rollback.kind === 'promote'
          ? `From the next request, renders use version ${version.version} again. Version ${live.version} becomes stable.`
          : `Version ${version.version} is archived, so a copy of it becomes a new live version. Version ${live.version} becomes stable.`
      }
      confirmLabel={`Make ${rollback.kind === 'copy' ? 'a copy of ' : ''}version ${version.version} live`}
      onConfirm={() => onConfirm(act())}
    >
      <NoteField note={note} onChange={setNote} />
      <CheckResult check={check.data} error={check.error} />
      <ContentDiff
        left={live}
        right={version}
        leftLabel={`Version ${live.version}, live`}
        rightLabel={`Version ${version.version}`}
        layout="unified"
        equalNote={sameText(version)}
      />
    </ConfirmDialog>
  );
}

interface CheckResultProps {
  readonly check: Wire<'VersionCheck'> | undefined;
  readonly error: unknown;
}

/** The result of rendering the version with each saved payload. */
function CheckResult({ check, error }: CheckResultProps) {
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
      <NewVariables check={check} />
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
function NewVariables({ check: { new_variables, live_version } }: { readonly check: Wire<'VersionCheck'> }) {
  if (new_variables.length === 0) return null;
  const names = new_variables.map((path) => `“${path}”`).join(', ');
  if (live_version === null) return <Callout tone="info">Applications must send {names}.</Callout>;
  return (
    <Callout tone="warning" title="Applications must send new variables">
      The live version does not need {names}. Renders without {new_variables.length === 1 ? 'it' : 'them'}{' '}
      will fail.
    </Callout>
  );
}

interface CheckedPayloadProps {
  readonly payload: Wire<'VersionCheck'>['payloads'][number];
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function CheckedPayload({ payload: { name, version, live, diff }, isOpen, onToggle }: CheckedPayloadProps) {
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
        <Badge tone={hasFailed ? 'danger' : 'outline'}>
          {hasFailed ? 'Fails' : live === null ? 'Renders' : isSame ? 'Same output' : 'Output changes'}
        </Badge>
      </button>
      {isOpen && (
        <div className="px-3 pb-3">
          {hasFailed ? (
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

function sameText({ kind }: Version): string {
  return `The ${kind === 'chat' ? 'conversation' : 'text'} is the same as in the live version.`;
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
