/** The prompts of the person's teams. */
import { FileText } from 'lucide-react';
import { Card, EmptyState, Page } from '../ui/mod.ts';

export function PromptListPage() {
  return (
    <Page title="Prompts">
      <Card>
        <EmptyState icon={FileText} title="No prompts yet">
          A prompt is a template with numbered versions.
        </EmptyState>
      </Card>
    </Page>
  );
}
