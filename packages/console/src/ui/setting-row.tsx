/** A setting in a list: its name, its explanation, and the control that changes it. */
import type { ReactNode } from 'react';

export interface SettingRowProps {
  readonly title: string;
  readonly text: ReactNode;
  readonly children: ReactNode;
}

export function SettingRow({ title, text, children }: SettingRowProps) {
  return (
    <div className="flex flex-wrap items-center gap-3 px-5 py-4">
      <div className="min-w-0 flex-1 basis-52">
        <h2 className="font-medium text-sm">{title}</h2>
        <div className="text-muted text-sm">{text}</div>
      </div>
      {children}
    </div>
  );
}
