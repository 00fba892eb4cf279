import type { ReactNode } from 'react';
import type { JobStatus } from '../graphql/generated/graphql.ts';

interface Look {
  readonly tone: 'good' | 'bad' | 'busy' | 'quiet';
  readonly label: string;
  readonly shape: ReactNode;
}

const ring = <circle cx="8" cy="8" r="5.5" />;

/** A status has a shape as well as a colour, so that it can be told without seeing colours. */
const LOOKS: Readonly<Record<JobStatus, Look>> = {
  QUEUED: { tone: 'quiet', label: 'Queued', shape: <circle cx="8" cy="8" r="5.5" strokeDasharray="2.2 2.2" /> },
  RUNNING: {
    tone: 'busy',
    label: 'Running',
    shape: (
      <>
        <circle cx="8" cy="8" r="5.5" className="status-track" />
        <path d="M8 2.5A5.5 5.5 0 0 1 13.5 8" className="status-turning" />
      </>
    ),
  },
  PAUSED: {
    tone: 'quiet',
    label: 'Paused',
    shape: (
      <>
        {ring}
        <path d="M6.7 6v4M9.3 6v4" />
      </>
    ),
  },
  CANCELLING: {
    tone: 'quiet',
    label: 'Cancelling',
    shape: (
      <>
        <circle cx="8" cy="8" r="5.5" strokeDasharray="2.2 2.2" />
        <path d="m5.5 10.5 5-5" />
      </>
    ),
  },
  CANCELLED: {
    tone: 'quiet',
    label: 'Cancelled',
    shape: (
      <>
        {ring}
        <path d="m4.5 11.5 7-7" />
      </>
    ),
  },
  SUCCEEDED: {
    tone: 'good',
    label: 'Succeeded',
    shape: (
      <>
        {ring}
        <path d="m5.5 8.2 1.8 1.8 3.3-3.8" />
      </>
    ),
  },
  FAILED: {
    tone: 'bad',
    label: 'Failed',
    shape: (
      <>
        {ring}
        <path d="m6 6 4 4m0-4-4 4" />
      </>
    ),
  },
  ACTIVE: {
    tone: 'busy',
    label: 'Active',
    shape: (
      <>
        {ring}
        <circle cx="8" cy="8" r="2" className="status-filled" />
      </>
    ),
  },
  INACTIVE: { tone: 'quiet', label: 'Inactive', shape: ring },
  UNKNOWN: {
    tone: 'quiet',
    label: 'Unknown status',
    shape: (
      <>
        {ring}
        <path d="M6.6 6.6a1.4 1.4 0 1 1 1.4 1.6v.6M8 10.6v.01" />
      </>
    ),
  },
};

export function statusLabel(status: JobStatus): string {
  return LOOKS[status].label;
}

/** Names the status to screen readers, unless the name stands beside it. */
export function StatusIcon({ status, named = false }: { status: JobStatus; named?: boolean }): ReactNode {
  const { tone, label, shape } = LOOKS[status];
  return (
    <svg
      className={`icon status status-${tone}`}
      viewBox="0 0 16 16"
      focusable="false"
      {...(named ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      {shape}
    </svg>
  );
}

const ENDED: ReadonlySet<JobStatus> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

/** True if the status is final. */
export function hasEnded(status: JobStatus): boolean {
  return ENDED.has(status);
}
