/**
 * Asks before a version changes its status. Before a promotion it shows what changes for applications: the diff with the
 * live version, and the result for each saved payload. If-Match makes sure that px0 promotes what the user reviewed.
 */

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog, Failure, Skeleton, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { CheckResult } from './check-result.tsx';
import { ContentDiff, WholeContent } from './content-diff.tsx';
import { ContractChanges } from './contract-changes.tsx';
import { checkReading, readVersion } from './data/readings.ts';
import { refusedBreaks } from './data/refused-breaks.ts';
import { type PromptWrites, usePromptWrites } from './data/writes.ts';
import { NoteField } from './note-field.tsx';
import { RecentRenders } from './recent-renders.tsx';
import { useContractQuestion } from './use-contract-question.ts';
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
  const { changes, missing, ask } = useContractQuestion(promptId, check.data, promotion.to);
  const promote = async (): Promise<void> => {
    const { version: promoted } = await ask((allowBreak) =>
      writes.transition('promote', promptId, version.version, {
        etag: reviewed.data?.etag,
        requirePayloads: check.data?.passed === true,
        allowBreak,
        note,
      }),
    );
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
      disabledReason={missing}
      onConfirm={() => onConfirm(promote())}
    >
      <NoteField note={note} onChange={setNote} />
      <ContractChanges {...changes} />
      <CheckResult
        check={check.data}
        error={check.error}
        told={changes.effect === 'none' ? [] : requiredBy(changes.breaks)}
      />
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
    const broken = await promoteBack(writes, promptId, version);
    toast({ title: `Version ${version} is live again`, ...aboutBreaks(broken) });
  });
}

/** Makes a version live again, even if that breaks the contract: an incident is no time for a refusal. Returns what it breaks. */
async function promoteBack(
  writes: PromptWrites,
  promptId: string,
  version: number,
  note = '',
): Promise<readonly string[]> {
  try {
    await writes.transition('promote', promptId, version, { note });
    return [];
  } catch (error) {
    const broken = refusedBreaks(error);
    if (broken === undefined) throw error;
    await writes.transition('promote', promptId, version, { note, allowBreak: true });
    return broken;
  }
}

function aboutBreaks(breaks: readonly string[]) {
  return breaks.length === 0 ? {} : { description: `It breaks the input contract: ${breaks.join('; ')}.` };
}

/** The variables that applications have to send in addition, as the breaks have it. */
function requiredBy(breaks: readonly string[]): readonly string[] {
  const start = 'added required ';
  return breaks.filter((one) => one.startsWith(start)).map((one) => one.slice(start.length));
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
  const { changes } = useContractQuestion(promptId, check.data, 'live');
  const effect = changes.effect === 'asks' ? 'allowed' : changes.effect;
  const [note, setNote] = useState('');
  const act = async (): Promise<void> => {
    let { version: number } = version;
    if (rollback.kind === 'copy') {
      ({
        version: { version: number },
      } = await writes.duplicate(promptId, version.version));
      await writes.transition('promote', promptId, number);
    }
    const broken = await promoteBack(writes, promptId, number, note);
    toast({
      title: `Version ${number} is live`,
      ...aboutBreaks(broken),
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
      <ContractChanges {...changes} effect={effect} />
      <CheckResult
        check={check.data}
        error={check.error}
        told={effect === 'none' ? [] : requiredBy(changes.breaks)}
      />
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

function sameText({ kind }: Version): string {
  return `The ${kind === 'chat' ? 'conversation' : 'text'} is the same as in the live version.`;
}
