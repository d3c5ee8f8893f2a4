/** Copies a text and says that it did. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { toast } from './plain/toast.ts';

const saidForMs = 1_600;

/** Where the clipboard may not be used (a page without TLS on another machine), the person is told. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast({
      tone: 'danger',
      title: 'The browser did not allow copying',
      description: 'Select the text instead.',
    });
    return false;
  }
}

export interface CopyButtonProps {
  readonly text: string;
  /** What is copied, as in `Copy the key`. */
  readonly label: string;
  /** A button with the label on it; otherwise an icon. */
  readonly labelled?: boolean;
  readonly size?: 'sm' | 'md';
}

export function CopyButton({ text, label, labelled = false, size = 'sm' }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), saidForMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    if (await copyText(text)) setCopied(true);
  };
  const icon = copied ? Check : Copy;
  return labelled ? (
    <Button icon={icon} size={size} onClick={() => void copy()}>
      {copied ? 'Copied' : label}
    </Button>
  ) : (
    <IconButton icon={icon} label={copied ? 'Copied' : label} size={size} onClick={() => void copy()} />
  );
}
