/** The parts of the jobs that are shown, below the list of jobs. Nothing is shown for vendors that name none. */
import type { ReactNode } from 'react';
import { titleOf } from './part.ts';
import { PartTree } from './part-tree.tsx';
import type { JobParts } from './parts-reader.ts';

export interface PartsOfJobs {
  readonly parts: readonly JobParts[];
  /** What jobs are called and coloured, by id. */
  readonly names: ReadonlyMap<string, { readonly name: string; readonly hue: number }>;
}

const isThere = ({ tree, errors }: JobParts): boolean => tree.length > 0 || errors.length > 0;

export function PartsPanel({ parts, names }: PartsOfJobs): ReactNode {
  if (!parts.some(isThere)) return null;
  return (
    <section className="parts" aria-label={parts.length > 1 ? 'Parts of the jobs' : 'Parts of the job'}>
      <PartsContent parts={parts} names={names} />
    </section>
  );
}

export function PartsContent({ parts, names }: PartsOfJobs): ReactNode {
  return parts.filter(isThere).map((each) => {
    const job = names.get(each.job);
    const [error] = each.errors;
    const name = parts.length > 1 ? (job?.name ?? '') : '';
    return (
      <div key={each.job} className="parts-of-job">
        {name === '' ? (
          <h2 className="parts-title">{titleOf(each.rows)}</h2>
        ) : (
          <h2 className={`parts-title parts-job hue-${job?.hue ?? 0}`}>{name}</h2>
        )}
        {each.tree.length > 0 && (
          <PartTree parts={each} label={name === '' ? 'Parts of the job' : `Parts of ${name}`} />
        )}
        {each.hasMore && <p className="parts-note">There are more than are listed here.</p>}
        {error !== undefined && <p className="parts-note parts-note-warn">{error.message}</p>}
      </div>
    );
  });
}
