/** The lines that the filters leave, whole, as a file: the service writes it, so that this page need not hold it. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { authorization } from '../api/credential.ts';
import { logFilterOf, shownJobs } from '../state/view.ts';
import type { View } from '../state/view.ts';
import { SaveIcon } from '../ui/icons.tsx';
import { Popover } from '../ui/popover.tsx';

const FORMATS = [
  ['text', 'Text'],
  ['csv', 'CSV, for spreadsheets'],
  ['ndjson', 'JSON lines, exact'],
] as const;

function exportAddress(view: View, format: string): string {
  const parameters = new URLSearchParams(shownJobs(view).map((id) => ['jobs', id]));
  for (const [name, value] of Object.entries(logFilterOf(view))) {
    for (const each of [value].flat()) parameters.append(name, String(each));
  }
  parameters.append('format', format);
  return `export?${parameters.toString()}`;
}

/** A link cannot send a key: with one, the file is read first and then saved. */
async function save(address: string, key: string): Promise<void> {
  const answer = await fetch(address, { headers: { authorization: key } });
  if (!answer.ok) throw new Error(`The service answered with status ${answer.status}.`);
  const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'log';
  const url = URL.createObjectURL(await answer.blob());
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

export function Download({ view }: { view: View }): ReactNode {
  const [problem, setProblem] = useState<string | null>(null);
  const key = authorization();
  return (
    <Popover label="Download these lines" button={<SaveIcon />}>
      {(close) => (
        <div className="popover-list">
          {FORMATS.map(([format, words]) => (
            <a
              key={format}
              href={exportAddress(view, format)}
              download
              onClick={(event) => {
                if (key === null) {
                  close();
                  return;
                }
                event.preventDefault();
                save(event.currentTarget.href, key).then(close, (error: unknown) => {
                  setProblem(error instanceof Error ? error.message : 'The file could not be read.');
                });
              }}
            >
              {words}
            </a>
          ))}
          {problem !== null && (
            <p className="popover-problem" role="alert">
              {problem}
            </p>
          )}
        </div>
      )}
    </Popover>
  );
}
