/** The accepted output of a payload beside what a version renders now, and the button that accepts that instead. */
import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { reading } from '../api/mod.ts';
import { DiffView } from '../diff/mod.ts';
import { usePromptWrites } from '../prompts/mod.ts';
import { Callout, Failure, FormDialog, Skeleton, Time, toast } from '../ui/mod.ts';

export interface SnapshotDialogProps {
  readonly promptId: string;
  readonly payload: Wire<'PromptPayload'>;
  readonly version: number;
  /** Why the user may not accept a snapshot. */
  readonly refused: string | undefined;
  readonly onClose: () => void;
}

export function SnapshotDialog({ promptId, payload, version, refused, onClose }: SnapshotDialogProps) {
  const writes = usePromptWrites();
  const name = payload.name ?? 'Unnamed payload';
  const { data, error, refetch } = useQuery({
    ...reading('getSnapshot', {
      params: { id: promptId, payloadID: payload.id },
      query: { version: String(version) },
    }),
    staleTime: 0,
    gcTime: 0,
  });
  const accept = async (): Promise<void> => {
    await writes.acceptSnapshot(promptId, payload.id, version);
    toast({ title: `Accepted the output of version ${version} as the snapshot of “${name}”` });
  };
  // During an upgrade, a registry of the release before answers without it.
  const snapshot = payload.snapshot ?? null;
  return (
    <FormDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size="lg"
      title={`Snapshot of “${name}”`}
      description={
        snapshot === null ? (
          'No output was accepted yet. An assertion “Equals the snapshot” compares with the accepted one.'
        ) : (
          <>
            The output of version {snapshot.version} was accepted <Time timestamp={snapshot.accepted_at} />.
          </>
        )
      }
      submitLabel={`Accept the output of version ${version}`}
      disabledReason={refused ?? (data === undefined ? 'px0 has not rendered it yet' : undefined)}
      onSubmit={accept}
    >
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : data === undefined ? (
        <Skeleton className="h-32 w-full" />
      ) : (
        <>
          {data.accepted === null && (
            <Callout tone="info">This is what version {version} renders with this payload.</Callout>
          )}
          <DiffView
            left={data.accepted ?? ''}
            right={data.actual ?? ''}
            leftLabel={snapshot === null ? 'No snapshot' : `Snapshot of version ${snapshot.version}`}
            rightLabel={`Output of version ${version}`}
            layout="unified"
            equalNote={`Version ${version} matches the snapshot.`}
          />
        </>
      )}
    </FormDialog>
  );
}
