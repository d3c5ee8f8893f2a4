/** The steps to the first render as a page, which the sidebar leads to until they are done. */
import { Link } from '@tanstack/react-router';
import { Rocket } from 'lucide-react';
import { useState } from 'react';
import { pageTexts } from '../../frame/mod.ts';
import { Button, buttonClasses, Card, EmptyState, Page, SkeletonRows } from '../../ui/mod.ts';
import { CreatePromptDialog } from '../create-prompt-dialog.tsx';
import { StartChecklist } from './start-checklist.tsx';
import { useFirstSteps } from './use-first-steps.ts';

export function StartPage() {
  const start = useFirstSteps(true);
  const [creating, setCreating] = useState(false);
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New prompt
    </Button>
  );
  return (
    <Page {...pageTexts['/get-started']}>
      <Card>
        {start === 'loading' && <SkeletonRows label="steps" rows={5} />}
        {typeof start === 'object' && <StartChecklist start={start} create={create} />}
        {start === undefined && (
          <EmptyState
            icon={Rocket}
            title="Nothing left to set up"
            action={
              <Link to="/prompts" className={buttonClasses('primary')}>
                Go to prompts
              </Link>
            }
          >
            These steps are for organizations without prompts, and for people who may write some. The{' '}
            <a href="/docs/" className="underline underline-offset-2">
              documentation
            </a>{' '}
            has everything else.
          </EmptyState>
        )}
      </Card>
      <CreatePromptDialog open={creating} onOpenChange={setCreating} teamId={undefined} folder="" />
    </Page>
  );
}
