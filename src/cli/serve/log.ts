import { pino } from 'pino';
import type { Logger } from 'pino';
import { withoutSecrets } from '../../config/secret.ts';
import { toValidUnicode } from '../../domain/ansi.ts';
import { withoutHalfPairs } from '../../domain/json.ts';

/**
 * The service's log: one line of JSON in valid Unicode per record, without secrets of the configuration. `worker`: the
 * number that each record names.
 */
export function serviceLog(write: (line: string) => void, worker: number | null = null): Logger {
  // pino writes a lone surrogate unchanged or as an escape.
  const streamWrite = (line: string): string => withoutSecrets(toValidUnicode(withoutHalfPairs(line)));
  return pino({ base: worker === null ? null : { worker }, hooks: { streamWrite } }, { write });
}
