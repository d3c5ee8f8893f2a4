/** Submits a form, one submission at a time, and keeps the error until the next attempt. */
import { type FormEvent, useState } from 'react';

export interface Submission {
  readonly failure: unknown;
  readonly isSending: boolean;
  /** For the form's `onSubmit`. */
  readonly submit: (event: FormEvent) => void;
  readonly forget: () => void;
}

export interface SubmissionOptions {
  /** False while something is missing; submitting then does nothing. */
  readonly isReady?: boolean;
  /** A rejection becomes the failure. */
  readonly send: () => Promise<unknown>;
  readonly onDone?: () => void;
}

export function useSubmission({ isReady = true, send, onDone }: SubmissionOptions): Submission {
  const [failure, setFailure] = useState<unknown>();
  const [isSending, setSending] = useState(false);
  const run = async (): Promise<void> => {
    setFailure(undefined);
    setSending(true);
    try {
      await send();
      onDone?.();
    } catch (error) {
      setFailure(error);
    } finally {
      setSending(false);
    }
  };
  return {
    failure,
    isSending,
    submit: (event) => {
      event.preventDefault();
      if (isReady && !isSending) void run();
    },
    forget: () => setFailure(undefined),
  };
}
