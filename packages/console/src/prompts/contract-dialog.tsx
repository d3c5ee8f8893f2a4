/** Sets what the contract of a prompt does, and the label that shows it. */
import type { Wire } from '@px0/contracts';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Badge, FormDialog, RadioGroup, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { type ContractPolicy, contractPolicies } from './contract-policy.ts';
import { usePromptWrites } from './data/writes.ts';

export interface ContractDialogProps {
  readonly prompt: Wire<'Prompt'>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function ContractDialog({ prompt, open, onOpenChange }: ContractDialogProps) {
  const writes = usePromptWrites();
  const [chosen, setChosen] = useState<ContractPolicy>(prompt.contract);
  const save = async (): Promise<void> => {
    const { contract: before } = prompt;
    await writes.setContract(prompt.id, chosen);
    toast({
      title: `The input contract is now: ${chosen}`,
      action: { label: 'Undo', run: () => attempt(() => writes.setContract(prompt.id, before)) },
    });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Input contract of “${prompt.name}”`}
      description="Each version has a schema of its variables. The contract decides what happens to variables that it does not accept."
      submitLabel="Save contract"
      disabledReason={chosen === prompt.contract ? 'Already set' : undefined}
      onSubmit={save}
    >
      <RadioGroup
        label="Input contract"
        labelHidden
        value={chosen}
        onChange={setChosen}
        options={contractPolicies}
      />
    </FormDialog>
  );
}

/** Nothing while the contract is off, as it is for most prompts. */
export function ContractBadge({ contract }: { readonly contract: ContractPolicy }) {
  if (contract === 'off') return null;
  return (
    <Badge tone={contract === 'enforce' ? 'info' : 'outline'} icon={ShieldCheck}>
      Contract: {contract}
    </Badge>
  );
}
