import { useSyncExternalStore } from 'react';

/** Kept for this tab, until it is closed: nothing of it is written to disk, and no other tab has it. */
const KEY = 'tributary.key';

function stored(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

let key = stored();
/** Why the service wants to know who asks; null: it does not, or knows. */
let asked: string | null = null;
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

/** What is sent as `Authorization`; null: nothing. */
export function authorization(): string | null {
  return key === null ? null : `Bearer ${key}`;
}

/** The service did not let in who sent this. */
export function refuse(sent: string | null, reason: string): void {
  // An answer to what was sent before somebody signed in says nothing.
  if (sent !== authorization()) return;
  asked = reason;
  changed();
}

export function signIn(given: string): void {
  key = given;
  asked = null;
  try {
    sessionStorage.setItem(KEY, given);
  } catch {
    // It holds until the page is closed.
  }
  changed();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Why somebody has to sign in; null: nobody has to. */
export function useSignIn(): string | null {
  return useSyncExternalStore(subscribe, () => asked);
}
