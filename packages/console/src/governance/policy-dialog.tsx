/** Makes a policy or changes one. It shows at once which prompts the patterns are about. */
import { compilePatterns } from '@px0/contracts/pattern';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api, outdated } from '../api/mod.ts';
import type { Policy } from '../review/mod.ts';
import { Checkbox, FormDialog, Select, TextField, toast } from '../ui/mod.ts';
import { patternsIn } from './patterns.ts';
import {
  type FindPerson,
  formOf,
  newPolicy,
  type PolicyForm,
  policyFault,
  type Role,
  requestOf,
  type Transition,
} from './policy-form.ts';
import { transitionNames } from './policy-words.ts';
import { roleNames } from './roles.ts';

export type PolicyScope =
  | { readonly kind: 'team'; readonly teamId: string }
  | { readonly kind: 'organization'; readonly orgId: string };

export interface PolicyDialogProps {
  readonly scope: PolicyScope;
  /** Absent: a new policy. */
  readonly policy?: Policy | undefined;
  readonly find: FindPerson;
  readonly addressOf: (userId: string) => string;
  readonly onClose: () => void;
}

const approvalOptions = [0, 1, 2, 3, 4, 5].map((count) => ({
  value: String(count),
  label: count === 0 ? 'None' : String(count),
  hint: count === 0 ? 'Only the checks have to pass' : '',
}));

const overrideOptions = [
  { value: 'nobody', label: 'Nobody' },
  { value: 'admin', label: 'Admins' },
  { value: 'editor', label: 'Admins and editors' },
] as const;

/** What an override of a policy is: a reason that another administrator acknowledges. */
const overrideHint = 'At once and with a reason, which another administrator acknowledges later.';

export function PolicyDialog({ scope, policy, find, addressOf, onClose }: PolicyDialogProps) {
  const queryClient = useQueryClient();
  const [form, setForm] = useState<PolicyForm>(() =>
    policy === undefined ? newPolicy : formOf(policy, addressOf),
  );
  const set = (change: Partial<PolicyForm>): void => setForm({ ...form, ...change });
  const save = async (): Promise<void> => {
    const body = requestOf(form, find, policy);
    if (policy !== undefined) {
      await api.call('updatePolicy', {
        params: { id: policy.id },
        body,
        headers: { 'if-match': `"${policy.updated_at}"` },
      });
    } else if (scope.kind === 'team') {
      await api.call('createTeamPolicy', { params: { teamID: scope.teamId }, body });
    } else await api.call('createOrgPolicy', { params: { orgID: scope.orgId }, body });
    await outdated(queryClient, 'listTeamPolicies', 'listOrgPolicies', 'explainPolicies', 'getChangeRequest');
    toast({ title: `Saved the policy “${body.name}”` });
  };
  return (
    <FormDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size="lg"
      title={policy === undefined ? 'New policy' : `Policy “${policy.name}”`}
      description="What has to hold before a prompt changes for the applications that use it."
      submitLabel={policy === undefined ? 'Create policy' : 'Save policy'}
      disabledReason={policyFault(form, find)}
      onSubmit={save}
    >
      <TextField
        label="Name"
        value={form.name}
        onChange={(name) => set({ name })}
        maxLength={255}
        autoComplete="off"
        placeholder="Production"
        autoFocus
      />
      <Part title="Which prompts">
        <TextField
          label="Slugs"
          mono
          value={form.slugs}
          onChange={(slugs) => set({ slugs })}
          placeholder="billing_*, faq"
          spellCheck={false}
          hint="With commas between them. * stands for any characters."
        />
        <TextField
          label="Folders (optional)"
          mono
          value={form.folders}
          onChange={(folders) => set({ folders })}
          placeholder="support/*"
          spellCheck={false}
          hint="support/* does not match support itself."
        />
        <TrySlug slugs={form.slugs} />
      </Part>
      <Part title="What it guards">
        <Choices
          names={transitionNames}
          chosen={form.transitions}
          onChange={(transitions) => set({ transitions })}
        />
        {form.transitions.has('tag') && (
          <TextField
            label="Tags"
            mono
            value={form.tags}
            onChange={(tags) => set({ tags })}
            placeholder="prod, eu-*"
            spellCheck={false}
            hint="These tags are protected: they have a lock, and cannot be set on a draft."
          />
        )}
      </Part>
      <Part title="What it asks for">
        <Select
          label="Approvals"
          value={String(form.approvals)}
          onChange={(count) => set({ approvals: Number(count) })}
          options={approvalOptions}
          className="w-40"
        />
        {form.approvals > 0 && (
          <>
            <Choices<Role> names={roleNames} chosen={form.roles} onChange={(roles) => set({ roles })} />
            <TextField
              label="Also these people (optional)"
              value={form.people}
              onChange={(people) => set({ people })}
              placeholder="ada@example.com"
              spellCheck={false}
              hint="Their addresses, with commas between them. Their approval counts whatever their role."
            />
            <Checkbox
              label="Not the author of the change"
              checked={form.notAuthor}
              onChange={(notAuthor) => set({ notAuthor })}
            />
            <Checkbox
              label="Nobody who wrote the version"
              checked={form.notContributor}
              onChange={(notContributor) => set({ notContributor })}
            />
            <TextField
              label="Approvals count for so many hours (optional)"
              value={form.maxAge}
              onChange={(maxAge) => set({ maxAge })}
              inputMode="numeric"
              placeholder="Without end"
            />
          </>
        )}
        <Checkbox
          label="The assertions of the payloads hold"
          checked={form.assertions}
          onChange={(assertions) => set({ assertions })}
        />
        <Checkbox
          label="The input contract holds"
          checked={form.contract}
          onChange={(contract) => set({ contract })}
        />
        <TextField
          label="Checks from outside (optional)"
          mono
          value={form.external}
          onChange={(external) => set({ external })}
          placeholder="evals"
          spellCheck={false}
          hint="Their names, with commas between them. CI posts them with px0 check post."
        />
      </Part>
      <Part title="Exceptions">
        <Checkbox
          label="Going back needs no approval"
          hint="To a version that was live within the last 30 days."
          checked={form.exemptsRollback}
          onChange={(exemptsRollback) => set({ exemptsRollback })}
        />
        <Select
          label="Who may override it"
          value={form.override}
          onChange={(override) => set({ override })}
          options={overrideOptions}
          hint={overrideHint}
          className="w-full"
        />
      </Part>
      <Checkbox
        label="Enabled"
        hint="A policy that is not enabled guards nothing."
        checked={form.enabled}
        onChange={(enabled) => set({ enabled })}
      />
    </FormDialog>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg border border-line p-4">
      <legend className="px-1 font-medium text-sm">{title}</legend>
      {children}
    </fieldset>
  );
}

interface ChoicesProps<Value extends string> {
  readonly names: { readonly [V in Value]: string };
  readonly chosen: ReadonlySet<Value>;
  readonly onChange: (chosen: ReadonlySet<Value>) => void;
}

function Choices<Value extends Transition | Role>({ names, chosen, onChange }: ChoicesProps<Value>) {
  return (
    <div className="grid gap-2.5 sm:grid-cols-2">
      {(Object.keys(names) as Value[]).map((value) => (
        <Checkbox
          key={value}
          label={names[value]}
          checked={chosen.has(value)}
          onChange={(isChosen) => {
            const next = new Set(chosen);
            if (isChosen) next.add(value);
            else next.delete(value);
            onChange(next);
          }}
        />
      ))}
    </div>
  );
}

/** Tells whether the patterns are about a slug, while they are being written. */
function TrySlug({ slugs }: { readonly slugs: string }) {
  const [slug, setSlug] = useState('');
  const isMatch = compilePatterns(patternsIn(slugs))(slug.trim());
  return (
    <TextField
      label="Try a slug"
      mono
      value={slug}
      onChange={setSlug}
      spellCheck={false}
      placeholder="billing_reply"
      hint={
        <span role="status">
          {slug.trim() === ''
            ? 'Tells whether this policy would be about it.'
            : isMatch
              ? `“${slug.trim()}” matches.`
              : `“${slug.trim()}” does not match.`}
        </span>
      }
    />
  );
}
