import type { ReactNode } from 'react';
import { shownText } from './plain-text.ts';

/** What the vendor says beside the fields that the graph knows. */
export function Attributes({ attributes }: { attributes: unknown }): ReactNode {
  if (typeof attributes !== 'object' || attributes === null) return null;
  const entries = Object.entries(attributes);
  if (entries.length === 0) return null;
  return (
    <section className="details-part">
      <h2>Attributes</h2>
      <dl className="line-facts">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{shownText(name)}</dt>
            <dd>
              <bdi>{shownText(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
