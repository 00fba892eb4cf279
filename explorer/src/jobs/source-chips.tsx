import type { ReactNode } from 'react';
import { navigate } from '../state/view.ts';
import { hueOf } from './use-sources.ts';
import type { Health, Sources } from './use-sources.ts';

const HEALTH_WORDS = { UP: 'up', DEGRADED: 'degraded', DOWN: 'down' } as const;

function healthText(health: Health | undefined): string {
  if (health === undefined) return 'not known yet';
  return health.message === null ? HEALTH_WORDS[health.state] : `${HEALTH_WORDS[health.state]}: ${health.message}`;
}

interface SourceChipsProps {
  readonly sources: Sources;
  readonly chosen: readonly string[];
  /** Sources that did not answer when jobs were listed. The service's last check may be older than that. */
  readonly silent: readonly string[];
}

const SILENT = 'does not answer';

function noteOf(health: Health | undefined, isSilent: boolean): string | null {
  if (health !== undefined && health.state !== 'UP') return HEALTH_WORDS[health.state];
  return isSilent ? SILENT : null;
}

/** The sources with their health. A press shows the jobs of one alone, or adds one. */
export function SourceChips({ sources, chosen, silent }: SourceChipsProps): ReactNode {
  return (
    <div className="chips" role="group" aria-label="Sources">
      {sources.sources.map(({ name, vendor }) => {
        const health = sources.health[name];
        const note = noteOf(health, silent.includes(name));
        const state = note === SILENT ? 'down' : (health?.state.toLowerCase() ?? 'unknown');
        const isChosen = chosen.includes(name);
        return (
          <button
            key={name}
            type="button"
            className={`chip hue-${hueOf(name, sources.sources)}`}
            aria-pressed={isChosen}
            title={`${vendor}, ${healthText(health)}`}
            onClick={() => {
              const next = isChosen ? chosen.filter((each) => each !== name) : [...chosen, name];
              navigate({ sources: next }, { replace: true });
            }}
          >
            <span className={`health health-${state}`} aria-hidden="true" />
            {name}
            {note !== null && <span className="chip-note">{note}</span>}
          </button>
        );
      })}
      {!sources.isLoading &&
        chosen
          .filter((name) => !sources.sources.some((source) => source.name === name))
          .map((name) => (
            <button
              key={name}
              type="button"
              className="chip hue-0"
              aria-pressed
              title="No source has this name. Press to leave it out."
              onClick={() => {
                navigate({ sources: chosen.filter((each) => each !== name) }, { replace: true });
              }}
            >
              <span className="health health-unknown" aria-hidden="true" />
              {name}
              <span className="chip-note">not found</span>
            </button>
          ))}
      {sources.error !== null && <p className="note note-bad">{sources.error.message}</p>}
    </div>
  );
}
