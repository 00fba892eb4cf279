/** Arrows move from the search to the jobs that it found, along them, and back. */
import type { KeyboardEvent } from 'react';

/** The first has the place 1. False where there is none. */
export function focusJob(place: number): boolean {
  const row = document.querySelector<HTMLElement>(`.jobs [aria-posinset="${place}"] .job-main`);
  row?.focus();
  return row !== null;
}

export function moveAlongJobs(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target instanceof Element ? event.target.closest('[aria-posinset]') : null;
  if (step === undefined || row === null || event.ctrlKey || event.metaKey || event.altKey) return;
  const place = Number(row.getAttribute('aria-posinset')) + step;
  event.preventDefault();
  if (place === 0) document.getElementById('find-jobs')?.focus();
  else focusJob(place);
}
