import { useSyncExternalStore } from 'react';

/** What a person prefers, kept in this browser. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly zone: 'local' | 'utc';
  readonly wrap: boolean;
  /** True if the histogram is shown. */
  readonly histogram: boolean;
}

const KEY = 'tributary';
const DEFAULTS: Settings = { theme: 'system', zone: 'local', wrap: true, histogram: true };

function stored(): Settings {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const found = (typeof value === 'object' && value !== null ? value : {}) as Partial<Settings>;
    return {
      theme: found.theme === 'light' || found.theme === 'dark' ? found.theme : DEFAULTS.theme,
      zone: found.zone === 'utc' ? 'utc' : DEFAULTS.zone,
      wrap: found.wrap !== false,
      histogram: found.histogram !== false,
    };
  } catch {
    // Storage may be switched off, and may hold anything.
    return DEFAULTS;
  }
}

let settings = stored();
const listeners = new Set<() => void>();

function apply({ theme }: Settings): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
apply(settings);

export function changeSettings(change: Partial<Settings>): void {
  settings = { ...settings, ...change };
  apply(settings);
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // It holds until the page is closed.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, () => settings);
}
