/** Says above the list how far a young organization has come, with the way to the next step. */
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { buttonClasses, Callout } from '../../ui/mod.ts';
import { useFirstSteps } from './use-first-steps.ts';

export function StartBanner() {
  const start = useFirstSteps();
  const finished = typeof start === 'object' && start.done === start.steps.length ? start : undefined;
  useEffect(() => finished?.hide(), [finished]);
  // Without prompts, the list itself shows the steps.
  if (typeof start !== 'object' || start.prompt === undefined || finished !== undefined) return null;
  return (
    <Callout
      title={`Get started: ${start.done} of ${start.steps.length} done`}
      action={
        <Link to="/get-started" className={buttonClasses('secondary', 'sm')}>
          Next step
        </Link>
      }
    >
      A few more steps lead to the first render from your application.
    </Callout>
  );
}
