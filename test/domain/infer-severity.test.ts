import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inferSeverity } from '../../src/domain/infer-severity.ts';
import { NO_SEVERITY } from '../../src/domain/severity.ts';
import { cpuTimeOf } from '../support/cpu-time.ts';
import { anyCharacter } from '../support/any-character.ts';

describe('a severity inferred from a message', () => {
  test.each([
    // JSON
    ['{"level": "info", "event": "x"}', 9, 'info'],
    ['{"severity":"WARNING","message":"x"}', 13, 'WARNING'],
    ['{"levelname":"CRITICAL"}', 21, 'CRITICAL'],
    ['{"log.level":"error"}', 17, 'error'],
    ['{"log":{"level":"debug"}}', 5, 'debug'],
    ['{"text":"x","record":{"level":{"name":"SUCCESS","no":25}}}', 9, 'SUCCESS'],
    ['{"level":50,"msg":"x"}', 17, '50'],
    ['{"severityNumber":19}', 19, null],
    ['{"level":"unheard of","severity":"err"}', 17, 'err'],
    // a word at the start
    ['ERROR: it broke', 17, 'ERROR'],
    ['error: it broke', 17, 'error'],
    ['WARNING:root:careful', 13, 'WARNING'],
    ['INFO:     Application startup complete.', 9, 'INFO'],
    ['Warning - careful', 13, 'Warning'],
    ['panic: runtime error: index out of range', 22, 'panic'],
    ['[ERROR] it broke', 17, 'ERROR'],
    ['[warn] careful', 13, 'warn'],
    ['<notice> x', 10, 'notice'],
    ['FATAL it broke', 21, 'FATAL'],
    // after a time
    ['2026-02-27 23:17:01,123 - trainer - WARNING - careful', 13, 'WARNING'],
    ['2026-02-27 23:17:01.123 | ERROR    | __main__:run:12 - x', 17, 'ERROR'],
    ['[2026-02-27 23:17:01,123][INFO] x', 9, 'INFO'],
    ['2026-02-27T23:17:01.123456Z DEBUG hyper::client: x', 5, 'DEBUG'],
    ['23:17:01 INFO x', 9, 'INFO'],
    // letters
    ['I0227 23:17:01.123456 1 main.go:12] x', 9, 'I'],
    ['[rank0]:[W227 23:17:01.12 ProcessGroup.cpp:1] Warning: x', 13, 'W'],
    ['[rank0]:[W1122 23:17:01.123 ProcessGroup.cpp:12] Warning: x', 13, 'W'],
    ['[E 2026-02-27 23:17:01.123 ServerApp] x', 17, 'E'],
    ['[Trainer I 2026-02-27 23:17:01 logging:393] x', 9, 'I'],
    ['[Trainer W logging:393] x', 13, 'W'],
    // logfmt
    ['time=2026-02-27T23:17:01Z level=error msg="x"', 17, 'error'],
    ['msg=x lvl="warn" a=b', 13, 'warn'],
    // a language's own output
    ['Traceback (most recent call last):', 17, null],
    ['torch.OutOfMemoryError: CUDA out of memory', 17, null],
    ['/opt/a.py:87: UserWarning: None of the inputs have requires_grad=True', 13, null],
    // colours and space before
    ['\u001b[31mERROR\u001b[0m: it broke', 17, 'ERROR'],
    ['   \n  ERROR: it broke', 17, 'ERROR'],
  ])('of %j', (message, number, text) => {
    expect(inferSeverity(message)).toEqual({ number, text, source: 'INFERRED' });
  });

  test.each([
    'Starting',
    '',
    '   ',
    'Information is power',
    'Error rates went down today',
    'No errors found: all fine',
    'FINE-TUNING started',
    'ok: done',
    'step 12 ERROR_RATE=0.1',
    'epoch 1 | step 12/240 | loss 2.1 | WARNING',
    '{"loss": 0.5, "step": 12}',
    '{"level": 3.5}',
    '{"level": null}',
    '{"level": "unheard of"}',
    '{"level": "info"',
    '{not json} ERROR',
    '["level", "error"]',
    '{"__proto__": {"level": "error"}}',
  ])('is NONE for %j', (message) => {
    expect(inferSeverity(message)).toEqual(NO_SEVERITY);
  });

  test('treats standard error as WARN, unless the line has a level', () => {
    expect(inferSeverity('[stderr] Fetching 4 files: 25%')).toEqual({ number: 13, text: null, source: 'INFERRED' });
    expect(inferSeverity('[stderr] INFO: all is well')).toEqual({ number: 9, text: 'INFO', source: 'INFERRED' });
    expect(inferSeverity('[stderr] {"level":"error"}')).toEqual({ number: 17, text: 'error', source: 'INFERRED' });
    expect(inferSeverity('[stderr] ValueError: x')).toEqual({ number: 17, text: null, source: 'INFERRED' });
  });

  test('uses only the first line with text', () => {
    expect(inferSeverity('all is well\nERROR: but not here')).toEqual(NO_SEVERITY);
  });

  test('is that of the text that is shown, where the last of many overwritten versions is', () => {
    const progress = Array.from({ length: 20_000 }, (_, at) => `\rstep ${at}`).join('');
    expect(inferSeverity(`${progress}\rERROR: disk full`)).toMatchObject({ number: 17, text: 'ERROR' });
    expect(inferSeverity(`${'\u001b[0m'.repeat(20_000)}ERROR: disk full`)).toMatchObject({ number: 17 });
    expect(inferSeverity(`\rERROR: no more${progress}`)).toEqual(NO_SEVERITY);
  });

  test('never throws, and handles long or hostile lines quickly', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 400 }), (message) => {
        const { number, source } = inferSeverity(message);
        expect(number >= 0 && number <= 24 && (number === 0) === (source === 'NONE')).toBe(true);
      }),
    );
    const taken = cpuTimeOf(() => {
      for (const part of ['[', 'a.', ' ', '- ', '[stderr] ', '{', 'Error', '\u001b['])
        inferSeverity(part.repeat(500_000));
    });
    expect(taken).toBeLessThan(1000);
  });
});
