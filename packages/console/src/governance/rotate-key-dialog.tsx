/** Replaces a key. The old one can stay valid for a while, so that applications have time to switch. */
import type { Wire } from '@px0/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, outdated } from '../api/mod.ts';
import { FormDialog, Select, type SelectOption } from '../ui/mod.ts';
import type { ShownSecret } from './secret-dialog.tsx';

export interface RotateKeyDialogProps {
  readonly apiKey: Wire<'APIKey'>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onRotated: (secret: ShownSecret) => void;
}

const overlaps = ['0', '3600', '86400', '604800'] as const;
type Overlap = (typeof overlaps)[number];

const overlapOptions: readonly SelectOption<Overlap>[] = [
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '1 week' },
  { value: '0', label: 'No time', hint: 'It stops working immediately' },
];

export function RotateKeyDialog({ apiKey, open, onOpenChange, onRotated }: RotateKeyDialogProps) {
  const queryClient = useQueryClient();
  const [overlap, setOverlap] = useState<Overlap>('86400');
  const rotate = async (): Promise<void> => {
    const made = await api.call('rotateAPIKey', {
      params: { id: apiKey.id },
      body: { overlap_seconds: Number(overlap) },
    });
    await outdated(queryClient, 'listAPIKeys');
    onRotated({ name: made.name, key: made.key });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Rotate ${apiKey.name}`}
      description="Creates a new key with the same name, scope and permissions. Put it into your applications, then let the old one end."
      submitLabel="Rotate"
      onSubmit={rotate}
    >
      <Select
        label="Old key stays valid for"
        value={overlap}
        onChange={setOverlap}
        options={overlapOptions}
        className="w-full"
      />
    </FormDialog>
  );
}
