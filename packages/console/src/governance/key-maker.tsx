/** Creates an API key on a page that needs one, so that nobody has to find the way back to it. */
import { Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '../ui/mod.ts';
import { usePermissions } from '../workspace/mod.ts';
import type { ShownSecret } from './secret-dialog.tsx';

const CreateKeyDialog = lazy(async () => ({
  default: (await import('./create-key-dialog.tsx')).CreateKeyDialog,
}));
const SecretDialog = lazy(async () => ({ default: (await import('./secret-dialog.tsx')).SecretDialog }));

export interface KeyMakerProps {
  readonly orgId: string;
  /** Called with the name of a new key, when the user has stored it. */
  readonly onMade: (name: string) => void;
}

export function KeyMaker({ orgId, onMade }: KeyMakerProps) {
  const { reason } = usePermissions({ orgId });
  const [wasOpened, setWasOpened] = useState(false);
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<ShownSecret>();
  const close = (): void => {
    if (secret !== undefined) onMade(secret.name);
    setSecret(undefined);
  };
  return (
    <>
      <Button
        size="sm"
        icon={Plus}
        disabledReason={reason('createAPIKey')}
        onClick={() => {
          setWasOpened(true);
          setCreating(true);
        }}
      >
        Create a key
      </Button>
      {wasOpened && (
        <Suspense fallback={null}>
          <CreateKeyDialog orgId={orgId} open={creating} onOpenChange={setCreating} onCreated={setSecret} />
          <SecretDialog secret={secret} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
