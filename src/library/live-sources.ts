import { keysForRestart, sourceChanges } from '../config/changes.ts';
import type { SourceChanges } from '../config/changes.ts';
import type { Configuration } from '../config/configuration.ts';
import { ConfigurationError } from '../config/problems.ts';
import { closeSources, connectSources } from '../config/sources.ts';
import type { ConnectedSource } from '../config/sources.ts';
import type { SourceHttpOptions } from '../http/source-http.ts';
import type { OpenSources } from './open-sources.ts';

/** A query that is out of time needs a moment to end. */
const GRACE_MILLISECONDS = 5_000;

/** Sources that are to come in place of those that there are. */
export interface Succession {
  readonly changes: SourceChanges;
  /** Keys that have changed and count after a restart only. */
  readonly afterRestart: readonly string[];
  readonly sources: readonly ConnectedSource[];
  /** From now on it is these. The others end their tails now; what is under way may ask them for as long as a query may take. */
  take(): void;
  /** It stays as it was. */
  abandon(): Promise<void>;
}

/** The sources of a service whose configuration may change. */
export class LiveSources {
  readonly #started: Configuration;
  #configuration: Configuration;
  #sources: readonly ConnectedSource[];
  #sandboxed: boolean;
  readonly #leaving = new Map<ConnectedSource, NodeJS.Timeout>();
  readonly #options: SourceHttpOptions;

  /** `opened` is closed by its owner, after this. */
  constructor(opened: OpenSources, onRequest: SourceHttpOptions['onRequest']) {
    this.#started = opened.configuration;
    this.#configuration = opened.configuration;
    this.#sources = opened.sources;
    this.#sandboxed = opened.sandboxed;
    this.#options = { onRequest, allowances: opened.sharing?.allowances };
  }

  get sources(): readonly ConnectedSource[] {
    return this.#sources;
  }

  /**
   * Connects what another configuration has and this one has not. Null: there is none any more. Throws `ConfigurationError` where its
   * sources were taken away: the sandbox comes only where there were none at the start.
   */
  prepare(given: Configuration | null, origin: string): Succession {
    const isWithout = given === null || given.sources.length === 0;
    if (isWithout && !this.#sandboxed) {
      const message = 'is missing: a service that has sources can lose all of them by a restart only';
      throw new ConfigurationError(origin, [{ key: 'sources', message }]);
    }
    const before = this.#configuration;
    const next = isWithout ? { ...(given ?? before), sources: before.sources } : given;
    const changes = sourceChanges(before, next);
    const isNew = (name: string): boolean => changes.added.includes(name) || changes.changed.includes(name);
    const known = new Map(this.#sources.map((source) => [source.name, source]));
    const made = connectSources({ sources: next.sources.filter(({ name }) => isNew(name)) }, this.#options);
    for (const source of made) known.set(source.name, source);
    const sources = next.sources.flatMap(({ name }) => known.get(name) ?? []);
    return {
      changes,
      afterRestart: keysForRestart(this.#started, next),
      sources,
      abandon: () => closeSources(made),
      take: () => {
        const leaving = this.#sources.filter((source) => !sources.includes(source));
        this.#configuration = next;
        this.#sources = sources;
        this.#sandboxed = isWithout;
        for (const source of leaving) this.#letGo(source);
      },
    };
  }

  async close(): Promise<void> {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    await closeSources([...this.#sources, ...this.#leaving.keys()]);
  }

  #letGo(source: ConnectedSource): void {
    source.retire();
    const timer = setTimeout(() => {
      this.#leaving.delete(source);
      void source.http.close();
    }, this.#started.limits.timeMilliseconds + GRACE_MILLISECONDS);
    timer.unref();
    this.#leaving.set(source, timer);
  }
}
