import type { LogSeverity, SeveritySource } from '../src/domain/severity.ts';
import { enumType } from './enum-type.ts';

export const LogSeverityType = enumType<LogSeverity>(
  'LogSeverity',
  'The severity of a line: the ranges of OpenTelemetry severity numbers.',
  {
    UNSPECIFIED: 'The source names no severity (0).',
    TRACE: 'The finest detail (1 to 4).',
    DEBUG: 'For debugging (5 to 8).',
    INFO: 'Normal operation (9 to 12).',
    WARN: 'Not an error, but worth a look (13 to 16).',
    ERROR: 'Something went wrong (17 to 20).',
    FATAL: 'An error that ends a program: critical, panic, emergency (21 to 24).',
  },
);

export const SeveritySourceType = enumType<SeveritySource>('SeveritySource', "Where a line's severity comes from.", {
  VENDOR: 'The vendor gave it.',
  INFERRED: 'The vendor gave none; it was inferred from the message.',
  NONE: 'The severity is not known.',
});
