/** Components say what they do for an action; one listener turns keys into actions. */
import { useEffect, useRef } from 'react';
import { BINDINGS } from './bindings.ts';
import type { Action } from './bindings.ts';

type Handlers = Partial<Readonly<Record<Action, () => void>>>;

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  BINDINGS.flatMap(({ bindings }) => bindings.map(({ key, action }) => [key, action] as const)),
);

/** The handlers of all mounted components. If two handle the same action, the component that mounted last does. */
const present = new Set<{ readonly current: Handlers }>();

export function useActions(handlers: Handlers): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    present.add(latest);
    return () => {
      present.delete(latest);
    };
  }, []);
}

/** In a field, keys write; only Escape leaves it. */
function isWriting(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector('dialog[open], .popover') !== null) return;
  if (isWriting(event.target)) {
    if (event.key !== 'Escape') return;
    // What stands in a field for searching stays there.
    event.preventDefault();
    event.target.blur();
    return;
  }
  const action = ACTIONS.get(event.key);
  if (action === undefined) return;
  const run = [...present].map(({ current }) => current[action]).findLast((handler) => handler !== undefined);
  if (run === undefined) return;
  event.preventDefault();
  run();
});
