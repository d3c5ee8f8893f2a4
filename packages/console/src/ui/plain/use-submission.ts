/** The sending of a form: once at a time, with what it failed with until the next attempt. */
import { type FormEvent, useState } from 'react';

export interface Submission {
  readonly failure: unknown;
  readonly isSending: boolean;
  /** For the form's `onSubmit`. */
  readonly submit: (event: FormEvent) => void;
  readonly forget: () => void;
}

export interface SubmissionOptions {
  /** False while something is missing: nothing is sent then. */
  readonly isReady?: boolean;
  /** Rejecting makes it a failure. */
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
