/** The page for an address that leads nowhere. */
import { Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { buttonClasses, EmptyState, useDocumentTitle } from '../ui/mod.ts';

export function NotFound() {
  useDocumentTitle('Not found');
  return (
    <main className="mx-auto max-w-lg py-20">
      <EmptyState
        icon={SearchX}
        level={1}
        title="There is no such page"
        action={
          <Link to="/" className={buttonClasses('primary')}>
            Go to the prompts
          </Link>
        }
      >
        The address may be mistyped, or what it named was deleted.
      </EmptyState>
    </main>
  );
}
