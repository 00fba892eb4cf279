import { keysForRestart, sourceChanges } from '../config/changes.ts';
import type { Configuration } from '../config/configuration.ts';
import { ConfigurationError } from '../config/problems.ts';
import { closeSources, connectSources } from '../config/sources.ts';
import type { ConnectedSource } from '../config/sources.ts';
import type { SourceHttpOptions } from '../http/source-http.ts';
import type { OpenSources } from './open-sources.ts';

/** Time for a query that has timed out to end. */
const GRACE_MILLISECONDS = 5_000;

/** The sources of a service whose configuration may change. */
export class LiveSources {
  readonly #started: Configuration;
  #configuration: Configuration;
  #sources: readonly ConnectedSource[];
  #sandboxed: boolean;
  readonly #leaving = new Map<ConnectedSource, NodeJS.Timeout>();
  readonly #options: SourceHttpOptions;

  /** The caller closes `opened` itself, after this object. */
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
   * Prepares a change of the sources: connects the sources that the new configuration adds or changes. `given` is null if there is no configuration any
   * more. Throws `ConfigurationError` if all sources were removed: only a service that started without sources may run
   * the sandbox.
   */
  prepare(given: Configuration | null, origin: string) {
    const isWithout = given === null || given.sources.length === 0;
    if (isWithout && !this.#sandboxed) {
      const message = 'is missing: removing all sources of a running service needs a restart';
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
      /** Changed keys that take effect only after a restart. */
      afterRestart: keysForRestart(this.#started, next),
      sources,
      /** Discards the change. */
      abandon: () => closeSources(made),
      /**
       * Applies the change. Sources that leave end their tails now; running operations may still call them for as long
       * as a query may take.
       */
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
