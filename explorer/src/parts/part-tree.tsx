/** The tree of attempts, steps and tasks. A press shows the lines of one; arrows move, as in any tree. */
import { useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { usePlace } from '../state/view.ts';
import { useNow } from '../ui/use-now.ts';
import { partsIn } from './part.ts';
import type { Part } from './part.ts';
import { PartRow } from './part-row.tsx';
import { choosePart, isChosen, togglePart } from './selection.ts';
import type { JobParts } from './parts-reader.ts';
import { spansOf } from './span.ts';

/** More children than this are folded at first. */
const MANY = 8;

interface Shown {
  readonly part: Part;
  readonly level: number;
  readonly isOpen: boolean;
  /** Null: it has nothing inside. */
  readonly canOpen: 'known' | 'unread' | null;
}

export function PartTree({ parts, label }: { parts: JobParts; label: string }): ReactNode {
  const { view } = usePlace();
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [focused, setFocused] = useState<string | null>(null);
  const box = useRef<HTMLUListElement>(null);
  const rows = shownOf(parts.tree, toggled);
  const now = useNow();
  const spans = useMemo(() => spansOf(parts.tree, now), [parts.tree, now]);
  const current =
    rows.find(({ part }) => part.id === focused) ?? rows.find(({ part }) => isChosen(view, parts.job, part)) ?? rows[0];

  const focus = (row: Shown | undefined): void => {
    if (row === undefined) return;
    setFocused(row.part.id);
    box.current?.querySelector<HTMLElement>(`[data-part="${CSS.escape(row.part.id)}"]`)?.focus();
  };
  const setOpen = ({ part, canOpen }: Shown, isOpen: boolean): void => {
    if (canOpen === 'unread' && isOpen) parts.open(part.id);
    setToggled(new Map(toggled).set(part.id, isOpen));
  };
  const choose = (part: Part, add: boolean): void => {
    if (add) togglePart(view, parts.job, part, partsIn(parts.tree));
    else choosePart(view, parts.job, part);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (current === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = rows.indexOf(current);
    const act = keyActions({
      down: () => {
        focus(rows[index + 1]);
      },
      up: () => {
        focus(rows[index - 1]);
      },
      first: () => {
        focus(rows[0]);
      },
      last: () => {
        focus(rows.at(-1));
      },
      into: () => {
        if (current.canOpen !== null && !current.isOpen) setOpen(current, true);
        else if (current.isOpen) focus(rows[index + 1]);
      },
      out: () => {
        if (current.isOpen) setOpen(current, false);
        else focus(rows.slice(0, index).findLast(({ level }) => level < current.level));
      },
      choose: () => {
        choose(current.part, event.shiftKey);
      },
    })[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  return (
    <ul className="parts-tree" role="tree" aria-label={label} ref={box} onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <PartRow
          key={row.part.id}
          part={row.part}
          level={row.level}
          span={spans.get(row.part.id)}
          isOpen={row.canOpen === null ? null : row.isOpen}
          isChosen={isChosen(view, parts.job, row.part)}
          isReachable={row === current}
          onFocus={() => {
            setFocused(row.part.id);
          }}
          onToggle={() => {
            setOpen(row, !row.isOpen);
          }}
          onChoose={(add) => {
            choose(row.part, add);
          }}
        />
      ))}
    </ul>
  );
}

type Action = 'down' | 'up' | 'first' | 'last' | 'into' | 'out' | 'choose';

function keyActions(actions: Readonly<Record<Action, () => void>>): Readonly<Record<string, (() => void) | undefined>> {
  return {
    ArrowDown: actions.down,
    ArrowUp: actions.up,
    Home: actions.first,
    End: actions.last,
    ArrowRight: actions.into,
    ArrowLeft: actions.out,
    Enter: actions.choose,
    ' ': actions.choose,
  };
}

/** The rows that are not folded away, from top to bottom. */
function shownOf(tree: readonly Part[], toggled: ReadonlyMap<string, boolean>): readonly Shown[] {
  // Vendors list the parts of the current attempt; those of the others are asked for when they are opened.
  const hasInnerAttempts = tree.some(({ kind, children }) => kind === 'attempt' && children.length > 0);
  const rows: Shown[] = [];
  const add = (part: Part, level: number): void => {
    const isUnread = level === 1 && part.kind === 'attempt' && part.children.length === 0 && hasInnerAttempts;
    const wasRead = isUnread && toggled.has(part.id);
    const canOpen = part.children.length > 0 ? 'known' : isUnread && !wasRead ? 'unread' : null;
    const isOpen = part.children.length > 0 && (toggled.get(part.id) ?? part.children.length <= MANY);
    rows.push({ part, level, isOpen, canOpen });
    if (isOpen) for (const child of part.children) add(child, level + 1);
  };
  for (const part of tree) add(part, 1);
  return rows;
}
