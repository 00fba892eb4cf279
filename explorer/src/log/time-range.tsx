import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { useSettings } from '../state/settings.ts';
import { navigate } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { ClockIcon } from '../ui/icons.tsx';
import { Popover } from '../ui/popover.tsx';
import { clock, day } from '../ui/time.ts';

const LATEST: readonly (readonly [label: string, minutes: number])[] = [
  ['Last 5 minutes', 5],
  ['Last 15 minutes', 15],
  ['Last hour', 60],
  ['Last 6 hours', 360],
  ['Last day', 1_440],
  ['Last week', 10_080],
];

type Zone = 'local' | 'utc';

export function TimeRange({ view }: { view: View }): ReactNode {
  const { zone } = useSettings();
  const choose = (since: string | null, until: string | null): void => {
    navigate({ since, until, line: null, at: null });
  };
  return (
    <Popover label="Time range" action="time" button={<ClockIcon />} text={describe(view, zone)}>
      {(close) => {
        const chooseAndClose = (since: string | null, until: string | null): void => {
          close();
          choose(since, until);
        };
        return (
          <>
            <div className="popover-list">
              <button
                type="button"
                onClick={() => {
                  chooseAndClose(null, null);
                }}
              >
                Any time
              </button>
              {LATEST.map(([label, minutes]) => (
                <button
                  key={label}
                  type="button"
                  onClick={() => {
                    chooseAndClose(new Date(Date.now() - minutes * 60_000).toISOString(), null);
                  }}
                >
                  {label}
                </button>
              ))}
            </div>
            <ExactRange view={view} zone={zone} choose={chooseAndClose} />
          </>
        );
      }}
    </Popover>
  );
}

interface ExactRangeProps {
  readonly view: View;
  readonly zone: Zone;
  readonly choose: (since: string | null, until: string | null) => void;
}

function ExactRange({ view, zone, choose }: ExactRangeProps): ReactNode {
  const [since, setSince] = useState(fieldOf(view.since, zone));
  const [until, setUntil] = useState(fieldOf(view.until, zone));
  const [jump, setJump] = useState('');
  const id = useId();
  const word = zone === 'utc' ? 'UTC' : 'local time';
  return (
    <form
      className="popover-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (jump !== '') navigate({ line: null, at: timeOf(jump, zone) }, { readAgain: true });
        else choose(timeOf(since, zone), timeOf(until, zone));
      }}
    >
      <label htmlFor={`${id}-since`}>From, {word}</label>
      <input
        id={`${id}-since`}
        type="datetime-local"
        step="1"
        value={since}
        onChange={(event) => {
          setSince(event.target.value);
        }}
      />
      <label htmlFor={`${id}-until`}>Until</label>
      <input
        id={`${id}-until`}
        type="datetime-local"
        step="1"
        value={until}
        onChange={(event) => {
          setUntil(event.target.value);
        }}
      />
      <label htmlFor={`${id}-jump`}>Or go to a time in the whole log</label>
      <input
        id={`${id}-jump`}
        type="datetime-local"
        step="1"
        value={jump}
        onChange={(event) => {
          setJump(event.target.value);
        }}
      />
      <button type="submit" className="button">
        {jump === '' ? 'Apply' : 'Go'}
      </button>
    </form>
  );
}

/** What a field for date and time holds: no zone. */
function fieldOf(time: string | null, zone: Zone): string {
  return time === null || !isTime(time) ? '' : `${day(time, zone)}T${clock(time, zone).slice(0, 8)}`;
}

/** A link may hold any text. */
function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

function timeOf(field: string, zone: Zone): string | null {
  const date = new Date(zone === 'utc' ? `${field}Z` : field);
  return field === '' || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function describe({ since, until }: View, zone: Zone): string {
  const short = (time: string): string =>
    isTime(time) ? `${day(time, zone).slice(5)} ${clock(time, zone).slice(0, 5)}` : time;
  if (since === null && until === null) return 'Any time';
  if (until === null) return `Since ${short(since ?? '')}`;
  return since === null ? `Until ${short(until)}` : `${short(since)} – ${short(until)}`;
}
