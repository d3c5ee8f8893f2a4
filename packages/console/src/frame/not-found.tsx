/** The page for a URL that does not exist. */
import { Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { buttonClasses, EmptyState, useDocumentTitle } from '../ui/mod.ts';

export function NotFound() {
  useDocumentTitle('Page not found');
  return (
    <main className="mx-auto max-w-lg py-20">
      <EmptyState
        icon={SearchX}
        level={1}
        title="Page not found"
        action={
          <Link to="/" className={buttonClasses('primary')}>
            Go to prompts
          </Link>
        }
      >
        The link may be wrong, the page may have been deleted, or you may not have access.
      </EmptyState>
    </main>
  );
}
