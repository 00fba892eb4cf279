/** The parts whose lines are shown, beside the other filters. On a phone, the tree opens from here. */
import type { ReactNode } from 'react';
import { useSettings } from '../state/settings.ts';
import { navigate } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { CloseIcon, TreeIcon } from '../ui/icons.tsx';
import { Popover } from '../ui/popover.tsx';
import { useIsNarrow } from '../ui/use-is-narrow.ts';
import type { Part, PartKind } from './part.ts';
import { partName, WORDS } from './part-row.tsx';
import { PartsContent } from './parts-panel.tsx';
import type { PartsOfJobs } from './parts-panel.tsx';
import { FIELDS } from './selection.ts';

const KINDS: readonly PartKind[] = ['attempt', 'step', 'task'];

interface PartChipsProps extends PartsOfJobs {
  readonly view: View;
  /** Chips of other filters. */
  readonly children: ReactNode;
}

export function PartChips({ view, parts, names, children }: PartChipsProps): ReactNode {
  const { zone } = useSettings();
  const isNarrow = useIsNarrow();
  const known = parts.flatMap(({ tree }) => flat(tree));
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
      {(Boolean(children) || KINDS.some((kind) => view[FIELDS[kind]].length > 0)) && (
        <div className="filter-chips">
          {KINDS.flatMap((kind) =>
            view[FIELDS[kind]].map((key) => {
              const part = known.find((each) => each.kind === kind && each.key === key);
              const name = part === undefined ? key : partName(part, zone);
              return (
                <span key={`${kind} ${key}`} className="filter-chip">
                  <span className="filter-chip-kind">{WORDS[kind]}</span>
                  <span className="filter-chip-name">{name.replace(new RegExp(`^${WORDS[kind]} `), '')}</span>
                  <button
                    type="button"
                    aria-label={`Show lines of other parts than ${name} too`}
                    onClick={() => {
                      const rest = view[FIELDS[kind]].filter((each) => each !== key);
                      navigate({ [FIELDS[kind]]: rest, line: null, at: null });
                    }}
                  >
                    <CloseIcon />
                  </button>
                </span>
              );
            }),
          )}
          {children}
        </div>
      )}
    </>
  );
}

function flat(tree: readonly Part[]): readonly Part[] {
  return tree.flatMap((part) => [part, ...flat(part.children)]);
}
