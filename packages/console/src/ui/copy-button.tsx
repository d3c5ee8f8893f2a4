/** Copies a text to the clipboard and confirms it. */
import { Check, Copy, type LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { toast } from './plain/toast.ts';

const saidForMs = 1_600;

/** Shows a toast if the browser forbids access to the clipboard, as on a remote page without TLS. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast({
      tone: 'danger',
      title: 'Could not copy',
      description: 'Your browser blocked it. Select the text and copy it instead.',
    });
    return false;
  }
}

export interface CopyButtonProps {
  readonly text: string;
  /** What the button copies, as in `Copy key`. */
  readonly label: string;
  /** Shows the label; otherwise only an icon. */
  readonly labelled?: boolean;
  readonly size?: 'sm' | 'md';
  /** Tells two of them apart that stand side by side. */
  readonly icon?: LucideIcon;
}

export function CopyButton({
  text,
  label,
  labelled = false,
  size = 'sm',
  icon: own = Copy,
}: CopyButtonProps) {
  const [copiedText, setCopiedText] = useState<string>();
  useEffect(() => {
    if (copiedText === undefined) return undefined;
    const timer = setTimeout(() => setCopiedText(undefined), saidForMs);
    return () => clearTimeout(timer);
  }, [copiedText]);
  const copy = async (): Promise<void> => {
    if (await copyText(text)) setCopiedText(text);
  };
  // Another text, such as the next tab's, has not been copied yet.
  const copied = copiedText === text;
  const icon = copied ? Check : own;
  return labelled ? (
    <Button icon={icon} size={size} onClick={() => void copy()}>
      {copied ? 'Copied' : label}
    </Button>
  ) : (
    <IconButton icon={icon} label={copied ? 'Copied' : label} size={size} onClick={() => void copy()} />
  );
}
