/** The parts whose lines are shown, beside the other filters. On a phone, the tree opens from here. */
import type { ReactNode } from 'react';
import { useSettings } from '../state/settings.ts';
import { navigate } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { CloseIcon, TreeIcon } from '../ui/icons.tsx';
import { Popover } from '../ui/popover.tsx';
import { useIsNarrow } from '../ui/use-is-narrow.ts';
import { partsIn } from './part.ts';
import type { PartKind } from './part.ts';
import { partName, WORDS } from './part-row.tsx';
import { PartsContent } from './parts-panel.tsx';
import type { PartsOfJobs } from './parts-panel.tsx';
import { FIELDS, togglePart } from './selection.ts';

const KINDS: readonly PartKind[] = ['attempt', 'step', 'task'];

interface PartChipsProps extends PartsOfJobs {
  readonly view: View;
  /** Chips of other filters. */
  readonly children: ReactNode;
}

interface Chip {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  /** Null: it holds for all jobs. */
  readonly job: { readonly name: string; readonly hue: number } | null;
  readonly drop: () => void;
}

export function PartChips({ view, parts, names, children }: PartChipsProps): ReactNode {
  const { zone } = useSettings();
  const isNarrow = useIsNarrow();
  const known = parts.flatMap(({ job, tree }) => partsIn(tree).map((part) => ({ job, part })));
  const named = KINDS.flatMap((kind) =>
    view[FIELDS[kind]].map((key): Chip => {
      const found = known.find(({ part }) => part.kind === kind && part.key === key);
      return {
        id: `${kind} ${key}`,
        kind: WORDS[kind],
        name: found === undefined ? key : partName(found.part, zone),
        job: null,
        drop: () => {
          const rest = view[FIELDS[kind]].filter((each) => each !== key);
          navigate({ [FIELDS[kind]]: rest, line: null, at: null });
        },
      };
    }),
  );
  const chosen = view.parts.map((id): Chip => {
    const found = known.find(({ part }) => part.id === id);
    if (found === undefined) {
      const drop = (): void => {
        navigate({ parts: view.parts.filter((each) => each !== id), line: null, at: null });
      };
      return { id, kind: 'Part', name: 'not in the list', job: null, drop };
    }
    const { part, job } = found;
    return {
      id,
      kind: WORDS[part.kind],
      name: partName(part, zone),
      job: parts.length > 1 ? (names.get(job) ?? null) : null,
      drop: () => {
        const own = known.filter((each) => each.job === job).map((each) => each.part);
        togglePart(view, job, part, own);
      },
    };
  });
  const chips = [...named, ...chosen];
  return (
    <>
      {isNarrow && known.length > 0 && (
        <Popover label="Parts" action="parts" button={<TreeIcon />} text="Parts">
          {() => (
            <div className="parts-sheet">
              <PartsContent parts={parts} names={names} />
            </div>
          )}
        </Popover>
      )}
      {(Boolean(children) || chips.length > 0) && (
        <div className="filter-chips">
          {chips.map((chip) => (
            <PartChip key={chip.id} {...chip} />
          ))}
          {children}
        </div>
      )}
    </>
  );
}

function PartChip({ kind, name, job, drop }: Chip): ReactNode {
  return (
    <span
      className={job === null ? 'filter-chip' : `filter-chip filter-chip-job hue-${job.hue}`}
      title={job === null ? undefined : `${kind} of ${job.name}`}
    >
      <span className="filter-chip-kind">{kind}</span>
      <span className="filter-chip-name">{name.replace(new RegExp(`^${kind} `), '')}</span>
      <button type="button" aria-label={`Show lines of other parts than ${name} too`} onClick={drop}>
        <CloseIcon />
      </button>
    </span>
  );
}
