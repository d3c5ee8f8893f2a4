/** The page for a URL that does not exist. */
import { Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { buttonClasses, EmptyState, useDocumentTitle } from '../ui/mod.ts';

/** Outside the frame. */
export function NotFound() {
  return (
    <main>
      <NothingHere />
    </main>
  );
}

/** In the frame, whose main content this is. */
export function NothingHere() {
  useDocumentTitle('Page not found');
  return (
    <div className="mx-auto max-w-lg py-20">
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
        The link may be wrong, the page may have been deleted, or you may not have access. If someone sent you
        the link, ask an admin of their team.
      </EmptyState>
    </div>
  );
}
