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
/** Why the service asks for a key or token; null: it does not. */
let asked: string | null = null;
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

/** What is sent as `Authorization`; null: nothing. */
export function authorization(): string | null {
  return key === null ? null : `Bearer ${key}`;
}

/** The service has refused a request that was sent with this. */
export function refuse(sent: string | null, reason: string): void {
  // The request was sent before the sign-in: its refusal no longer counts.
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

/** Why a sign-in is needed; null: it is not. */
export function useSignIn(): string | null {
  return useSyncExternalStore(subscribe, () => asked);
}
