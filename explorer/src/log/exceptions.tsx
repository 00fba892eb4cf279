import type { ReactNode } from 'react';
import type { WholeLine } from './line-details.tsx';
import { shownText } from './plain-text.ts';

type Exception = WholeLine['exceptions'][number];
type Frame = Exception['frames'][number];

export function Exceptions({ exceptions }: { exceptions: readonly Exception[] }): ReactNode {
  return exceptions.map(({ type, message, frames }, index) => (
    <section key={index} className="details-part exception">
      <h2>
        {shownText(type)}
        {message !== null && <span className="exception-message">{shownText(message)}</span>}
      </h2>
      {frames.length > 0 && (
        <details open={frames.length <= 5}>
          <summary>
            {frames.length} {frames.length === 1 ? 'frame' : 'frames'}
          </summary>
          <ol className="frames">
            {frames.map((frame, position) => (
              <li key={position}>{shownText(frameText(frame))}</li>
            ))}
          </ol>
        </details>
      )}
    </section>
  ));
}

function frameText({ file, line, function: name }: Frame): string {
  const place = [file, line].filter((part) => part !== null).join(':');
  return [name, place === '' ? null : `(${place})`].filter((part) => part !== null).join(' ');
}
