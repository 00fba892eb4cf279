import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { LogLine } from './line.ts';
import type { WholeLine } from './line-details.tsx';
import type { ShownJob } from './log-list.tsx';
import { shownText } from './plain-text.ts';

interface CopyButtonsProps {
  readonly line: LogLine;
  readonly whole: WholeLine | null;
  readonly job: ShownJob | undefined;
}

export function CopyButtons({ line, whole, job }: CopyButtonsProps): ReactNode {
  const message = whole?.text ?? line.message;
  // Until the whole message is here, a copy of a cut one would be wrong.
  const isReady = whole !== null || !line.messageTruncated;
  return (
    <div className="copy">
      <CopyButton label="Copy text" isReady={isReady} text={() => shownText(message)} />
      <CopyButton
        label="Copy JSON"
        isReady={whole !== null}
        text={() => JSON.stringify(jsonOf(line, whole, job), null, 2)}
      />
      <CopyButton label="Copy link" isReady text={() => location.href} />
    </div>
  );
}

function jsonOf(line: LogLine, whole: WholeLine | null, job: ShownJob | undefined): unknown {
  const { id, timestamp, severity, severityText, stepName, taskName, attemptNumber } = line;
  return {
    id,
    source: job?.source,
    job: job?.name,
    timestamp,
    severity,
    severityText,
    stepName,
    taskName,
    attemptNumber,
    message: whole?.text,
    exceptions: whole?.exceptions,
    attributes: whole?.attributes,
  };
}

function CopyButton({ label, isReady, text }: { label: string; isReady: boolean; text: () => string }): ReactNode {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => {
      setOutcome(null);
    }, 2_000);
    return () => {
      clearTimeout(timer);
    };
  }, [outcome]);
  const words = outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Your browser forbids it' : label;
  return (
    <button
      type="button"
      className="button button-small"
      disabled={!isReady}
      onClick={(event) => {
        event.stopPropagation();
        writeClipboard(text()).then(
          () => {
            setOutcome('copied');
          },
          () => {
            setOutcome('failed');
          },
        );
      }}
    >
      <span aria-live="polite">{words}</span>
    </button>
  );
}

/** Pages that are not served over TLS have no clipboard of their own, but may copy what is selected. */
async function writeClipboard(text: string): Promise<void> {
  if ('clipboard' in navigator) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'out-of-sight';
  document.body.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is nothing else where the page is not served over TLS
  const isDone = document.execCommand('copy');
  field.remove();
  if (!isDone) throw new Error('The text could not be copied.');
}
