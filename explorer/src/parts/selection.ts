/** Parts of a job as filters of its lines. */
import { navigate } from '../state/view.ts';
import type { View } from '../state/view.ts';
import type { PartKind } from './part.ts';

export const FIELDS = { attempt: 'attempts', step: 'steps', task: 'tasks' } as const satisfies Readonly<
  Record<PartKind, keyof View>
>;

const NO_PARTS = { attempts: [], steps: [], tasks: [] } satisfies Partial<View>;

interface PartName {
  readonly kind: PartKind;
  readonly key: string;
}

export function isChosen(view: View, { kind, key }: PartName): boolean {
  return view[FIELDS[kind]].includes(key);
}

/** Shows the lines of a part alone, or, when they are shown already, all lines again. `add` keeps other parts of its kind. */
export function choosePart(view: View, part: PartName, add: boolean): void {
  const field = FIELDS[part.kind];
  const chosen = view[field];
  const rest = chosen.filter((key) => key !== part.key);
  const next = isChosen(view, part) ? (add ? rest : []) : add ? [...chosen, part.key] : [part.key];
  navigate({ ...NO_PARTS, [field]: next, line: null, at: null });
}
