/** What an API key may see within its teams. Limits are fixed: a key that should see more is another key. */
import { Checkbox, Select, TextField } from '../ui/mod.ts';
import type { LimitsForm } from './key-limits.ts';

export interface KeyLimitsFieldsProps {
  readonly form: LimitsForm;
  readonly onChange: (form: LimitsForm) => void;
}

export function KeyLimitsFields({ form, onChange }: KeyLimitsFieldsProps) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="Prompts"
          value={form.prompts}
          onChange={(prompts) => onChange({ ...form, prompts })}
          options={[
            { value: 'all', label: 'All prompts' },
            { value: 'some', label: 'Selected prompts', hint: 'Others do not exist for this key' },
          ]}
          className="w-full"
        />
        <Select
          label="Versions"
          value={form.versions}
          onChange={(versions) => onChange({ ...form, versions })}
          options={[
            { value: 'all', label: 'All versions' },
            { value: 'some', label: 'Live version and tags', hint: 'No version by its number' },
          ]}
          className="w-full"
        />
      </div>
      {form.prompts === 'some' && (
        <TextField
          label="Slugs"
          mono
          value={form.slugs}
          onChange={(slugs) => onChange({ ...form, slugs })}
          placeholder="billing_*, faq"
          spellCheck={false}
          autoCapitalize="none"
          hint="Up to 20, with commas between them. * stands for any characters."
        />
      )}
      {form.versions === 'some' && (
        <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
          <legend className="px-1 font-medium text-sm">Versions that the key sees</legend>
          <Checkbox
            label="The live version"
            checked={form.live}
            onChange={(live) => onChange({ ...form, live })}
          />
          <TextField
            label="Versions with these tags"
            mono
            value={form.tags}
            onChange={(tags) => onChange({ ...form, tags })}
            placeholder="prod, eu-*"
            spellCheck={false}
            autoCapitalize="none"
            hint="Up to 20, with commas between them. * stands for any characters."
          />
        </fieldset>
      )}
    </>
  );
}
