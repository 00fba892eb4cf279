import { severityNumberOfWord, severityOf } from '../../../domain/severity.ts';
import type { LogSeverity } from '../../../domain/severity.ts';

/**
 * The level words of the platform's logging library, by severity. The field is free text and is filtered by exact
 * match, so a word represents its severity only as long as no other word for it was seen.
 */
const WORD: Readonly<Partial<Record<LogSeverity, string>>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warning',
  ERROR: 'error',
  FATAL: 'critical',
};

/** Most words kept in addition to the usual ones: a bound that no real vocabulary reaches. */
const MOST_WORDS = 32;

/** The values of `level` and `origin` seen in a source's logs. */
export class Vocabulary {
  readonly #levels = new Set<string>(Object.values(WORD));
  readonly #origins: Set<string>;
  readonly #ambiguous = new Set<LogSeverity>();

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  get levels(): readonly string[] {
    return [...this.#levels];
  }

  get origins(): readonly string[] {
    return [...this.#origins];
  }

  note(level: string, origin: string): void {
    if (!this.#levels.has(level)) {
      const severity = severityOf(severityNumberOfWord(level));
      if (severity !== 'UNSPECIFIED') this.#ambiguous.add(severity);
      if (this.#levels.size < MOST_WORDS) this.#levels.add(level);
    }
    if (this.#origins.size < MOST_WORDS) this.#origins.add(origin);
  }

  /** The only word for a severity; null: there is none, or more than one. */
  wordOf(severity: LogSeverity): string | null {
    return this.#ambiguous.has(severity) ? null : (WORD[severity] ?? null);
  }
}
