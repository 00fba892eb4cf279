/** The parts of the one job that is shown, below the list of jobs. Nothing is shown for vendors that name none. */
import type { ReactNode } from 'react';
import { titleOf } from './part.ts';
import { PartTree } from './part-tree.tsx';
import type { Parts } from './use-parts.ts';

export function PartsPanel({ parts }: { parts: Parts }): ReactNode {
  if (parts.tree.length === 0 && parts.errors.length === 0) return null;
  return (
    <section className="parts" aria-label="Parts of the job">
      <PartsContent parts={parts} />
    </section>
  );
}

export function PartsContent({ parts }: { parts: Parts }): ReactNode {
  const [error] = parts.errors;
  return (
    <>
      <h2 className="parts-title">{titleOf(parts.rows)}</h2>
      {parts.tree.length > 0 && <PartTree parts={parts} />}
      {parts.hasMore && <p className="parts-note">There are more than are listed here.</p>}
      {error !== undefined && <p className="parts-note parts-note-warn">{error.message}</p>}
    </>
  );
}
