/** The path of a folder. It suggests the folders of the team; a new path makes a new folder. */
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { TextField } from '../ui/mod.ts';
import { foldersReading } from './data/readings.ts';
import { folderTree } from './folder-tree.ts';

export interface FolderFieldProps {
  readonly teamId: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (path: string) => void;
  readonly autoFocus?: boolean;
}

export function FolderField({ teamId, label, value, onChange, autoFocus = false }: FolderFieldProps) {
  const suggestions = useId();
  const held = useQuery({ ...foldersReading(teamId), enabled: teamId !== '' }).data?.folders ?? [];
  return (
    <>
      <TextField
        label={label}
        value={value}
        onChange={onChange}
        list={suggestions}
        autoComplete="off"
        spellCheck={false}
        autoFocus={autoFocus}
        maxLength={255}
        placeholder="support/mail"
        hint="Folders within folders are separated by “/”. Leave it empty for no folder. Slugs stay the same."
      />
      <datalist id={suggestions}>
        {folderTree(held).map(({ path }) => (
          <option key={path} value={path} />
        ))}
      </datalist>
    </>
  );
}
