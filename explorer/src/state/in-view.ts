/** Which stretch of the log is on the screen. Apart from the view: it changes with each scroll, and only one mark shows it. */
import { useSyncExternalStore } from 'react';

export interface InView {
  readonly from: string;
  readonly until: string;
}

let current: InView | null = null;
const listeners = new Set<() => void>();

export function showInView(next: InView | null): void {
  if (current?.from === next?.from && current?.until === next?.until) return;
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useInView(): InView | null {
  return useSyncExternalStore(subscribe, () => current);
}
