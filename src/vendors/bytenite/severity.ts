import { severityPasses } from '../../domain/log-filter.ts';
import type { SeverityFilter } from '../../domain/log-filter.ts';
import { NO_SEVERITY, severityNumberOfWord } from '../../domain/severity.ts';
import type { Severity } from '../../domain/severity.ts';
import { LEVEL_NUMBERS } from './facts.ts';
import type { Level } from './facts.ts';

const LEVELS = Object.keys(LEVEL_NUMBERS) as readonly Level[];

const KNOWN = new Map<string, Severity>(
  LEVELS.map((text) => {
    const number = LEVEL_NUMBERS[text];
    return [text, { number, text, source: number === 0 ? 'NONE' : 'VENDOR' }];
  }),
);

/**
 * The severity of a level. A missing level is the protobuf zero value, UNKNOWN. An unknown level is interpreted as a
 * common severity word.
 */
export function severityOfLevel(level: string | null): Severity {
  if (level === null) return NO_SEVERITY;
  const known = KNOWN.get(level);
  if (known !== undefined) return known;
  const number = severityNumberOfWord(level);
  return { number, text: level, source: number === 0 ? 'NONE' : 'VENDOR' };
}

/** The levels whose lines pass the filter; null: all. */
export function levelsOf(filter: SeverityFilter): readonly Level[] | null {
  const passing = LEVELS.filter((level) => severityPasses(LEVEL_NUMBERS[level], filter));
  return passing.length === LEVELS.length ? null : passing;
}
