import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../../src/domain/status.ts';
import { parseInstant } from '../../../src/domain/time.ts';
import { parseFilter } from '../../../src/sandbox/deepset/odata.ts';
import { afterText, RESOLUTION } from '../../../src/vendors/deepset/logs/after.ts';
import { deepset } from '../../../src/vendors/deepset/index.ts';
import { jobOf } from '../../../src/vendors/deepset/parts.ts';
import { areDistinct, keyOf, placeOf } from '../../../src/vendors/deepset/keys.ts';
import { rowOf } from '../../../src/vendors/deepset/logs/row.ts';
import { filterText } from '../../../src/vendors/deepset/pushdown/odata.ts';
import { redact } from '../../../src/vendors/deepset/logs/redaction.ts';
import { statusOf } from '../../../src/vendors/deepset/facts.ts';
import { pipeline, pipelineLog } from '../../../src/vendors/deepset/wire.ts';
import { anyCharacter } from '../../support/any-character.ts';

const LOG = {
  log_id: 'a1',
  message: 'Retrieved 8 documents',
  logged_at: '2025-05-23T10:33:04.157182Z',
  level: 'info',
  origin: 'haystack',
};

describe('the status of a pipeline', () => {
  test.each<[string | null, JobStatus]>([
    ['DEPLOYED', 'ACTIVE'],
    ['deployed', 'ACTIVE'],
    ['IDLE', 'ACTIVE'],
    ['UNDEPLOYED', 'INACTIVE'],
    ['DEPLOYMENT_IN_PROGRESS', 'QUEUED'],
    ['Deploying', 'QUEUED'],
    ['DEPLOYMENT_FAILED', 'FAILED'],
    ['FAILED_TO_DEPLOY', 'FAILED'],
    ['FAILED', 'FAILED'],
    ['HIBERNATING', 'UNKNOWN'],
    ['constructor', 'UNKNOWN'],
    [null, 'UNKNOWN'],
  ])('of %s is %s', (native, status) => {
    expect(statusOf(native)).toBe(status);
  });
});

describe('a pipeline', () => {
  test('is a job, without the people who made it', () => {
    const wire = pipeline({
      pipeline_id: 'p-1',
      name: 'manuals / v2',
      status: 'Deployed',
      service_level: 'PRODUCTION',
      created_at: '2025-05-23T10:33:04.157182+02:00',
      created_by: { user_id: 'u', given_name: 'A', family_name: 'B' },
      last_edited_at: null,
      deployed_version_id: null,
      running_version_id: 'v-7',
    });
    expect(jobOf(wire, 'my lab', 'docs')).toEqual({
      source: 'docs',
      key: 'my lab/manuals / v2',
      name: 'manuals / v2',
      status: 'ACTIVE',
      nativeStatus: 'Deployed',
      createdAt: '2025-05-23T08:33:04.157182Z',
      startedAt: null,
      finishedAt: null,
      attributes: { pipeline_id: 'p-1', service_level: 'PRODUCTION', running_version_id: 'v-7' },
    });
  });

  test('needs no more than a name', () => {
    expect(jobOf(pipeline({ name: 'x' }), 'w', 'docs')).toMatchObject({
      status: 'UNKNOWN',
      nativeStatus: null,
      createdAt: null,
      attributes: null,
    });
  });
});

describe('a pipeline log', () => {
  test('is an entry with every digit of its time', () => {
    expect(rowOf(pipelineLog({ ...LOG, logged_at: '2025-05-23T10:33:04.1571821234Z' }))).toEqual({
      logId: 'a1',
      time: 1_747_996_384_157_182_123n,
      timestamp: '2025-05-23T10:33:04.1571821234Z',
      severity: { number: 9, text: 'info', source: 'VENDOR' },
      message: 'Retrieved 8 documents',
      exceptions: [],
      attributes: null,
      attemptKey: null,
      stepKey: 'haystack',
      taskKey: null,
    });
  });

  test('may have null or no exceptions, traces and extra fields', () => {
    for (const rest of [{}, { exceptions: null, extra_fields: null }, { exceptions: [], extra_fields: {} }]) {
      expect(rowOf(pipelineLog({ ...LOG, ...rest }))).toMatchObject({ exceptions: [], attributes: null });
    }
    const exceptions = [{ type: 'A', value: 'a' }, { type: 'B', value: 'b', trace: null }, { type: 'C' }];
    expect(rowOf(pipelineLog({ ...LOG, exceptions })).exceptions).toEqual([
      { type: 'A', message: 'a', frames: [] },
      { type: 'B', message: 'b', frames: [] },
      { type: 'C', message: null, frames: [] },
    ]);
  });

  test('has its exceptions with their frames', () => {
    const trace = [{ filename: 'chat.py', line_number: 214, name: 'run' }];
    const wire = pipelineLog({ ...LOG, exceptions: [{ type: 'RateLimitError', value: 'too many', trace }] });
    expect(rowOf(wire).exceptions).toEqual([
      { type: 'RateLimitError', message: 'too many', frames: [{ file: 'chat.py', line: 214, function: 'run' }] },
    ]);
  });

  test.each([
    ['error', 17],
    ['ERROR', 17],
    ['warning', 13],
    ['debug', 5],
    ['critical', 21],
    ['verbose-ish', 0],
    ['constructor', 0],
  ])('of level %s has severity %i and its own word', (level, number) => {
    expect(rowOf(pipelineLog({ ...LOG, level })).severity).toEqual({ number, text: level, source: 'VENDOR' });
  });

  test('keeps an unknown origin, and has no level in place of an invalid one', () => {
    expect(rowOf(pipelineLog({ ...LOG, origin: 'agent' })).stepKey).toBe('agent');
    expect(rowOf(pipelineLog({ ...LOG, level: '' })).severity.source).toBe('NONE');
    expect(rowOf(pipelineLog({ ...LOG, level: null })).severity.source).toBe('NONE');
  });

  test('with an invalid time is refused', () => {
    expect(() => pipelineLog({ ...LOG, logged_at: 'yesterday' })).toThrow('expected a date-time, got a string');
  });
});

describe('extra fields', () => {
  test('keep dotted keys and 64-bit ids as text', () => {
    const fields = { 'dd.trace_id': '17110374009324833748', 'dd.env': 'prod', pipeline_id: 'p', n: 3, list: [1, null] };
    expect(redact(fields)).toEqual(fields);
  });

  test('lose what identifies a person, in every spelling and at any depth', () => {
    const hidden = [
      'user_id',
      'userId',
      'USER-ID',
      'usr.id',
      'request.user_id',
      'organization_id',
      'organization_name',
    ];
    hidden.push('token_origin', 'workspace_id', 'Authorization', 'api_key', 'http.user.email');
    const fields = Object.fromEntries(hidden.map((key) => [key, 'x']));
    expect(redact(fields)).toBeNull();
    expect(redact({ ...fields, a: { ...fields, b: [{ ...fields, c: 1 }, fields] } })).toEqual({
      a: { b: [{ c: 1 }, {}] },
    });
    expect(redact({ tokens: 512, workspace: 'w', user_identifier_count: 3 })).toEqual({
      tokens: 512,
      workspace: 'w',
      user_identifier_count: 3,
    });
  });

  test('stay data whatever their key', () => {
    const parsed = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as { a: number };
    const redacted = redact(parsed);
    expect(Object.keys(redacted ?? {})).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(redacted)).toBe(Object.prototype);
  });
});

describe('a key', () => {
  test('identifies its pipeline, whatever the names contain', () => {
    const name = fc.string({ minLength: 1, unit: anyCharacter });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), name, fc.nat(), (workspaces, pipelineName, index) => {
        fc.pre(areDistinct(workspaces));
        const place = { workspace: workspaces[index % workspaces.length]!, name: pipelineName };
        expect(placeOf(keyOf(place), workspaces)).toEqual(place);
      }),
    );
  });

  test('of another workspace, or without a name, is not accepted', () => {
    expect(placeOf('staging/rag', ['production'])).toBeNull();
    expect(placeOf('productionx/rag', ['production'])).toBeNull();
    expect(placeOf('production/', ['production'])).toBeNull();
    expect(placeOf('production', ['production'])).toBeNull();
    expect(placeOf('', ['production'])).toBeNull();
  });
});

describe('the options', () => {
  test('require at least one workspace, and none that could be confused with another', () => {
    const accepts = (options: unknown): boolean => deepset.options.safeParse(options).success;
    expect(accepts({ workspaces: ['a', 'a b', 'ab', 'ü/x'] })).toBe(true);
    expect(accepts({ workspaces: [] })).toBe(false);
    expect(accepts({ workspaces: [''] })).toBe(false);
    expect(accepts({ workspaces: ['a', 'a'] })).toBe(false);
    expect(accepts({ workspaces: ['a', 'a/b'] })).toBe(false);
    expect(accepts({})).toBe(false);
    expect(accepts({ workspaces: ['a'], pageSize: 10 })).toBe(false);
  });
});

describe('a filter', () => {
  test('has the meaning of the request and no other, whatever the value', () => {
    const value = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom("' or level eq '", "''", "x' and origin eq 'y"),
    );
    fc.assert(
      fc.property(value, value, value, (level, origin, other) => {
        const text = filterText([
          { field: 'level', value: level },
          { field: 'origin', value: origin },
        ]);
        const matches = parseFilter(text ?? '', ['level', 'origin']);
        expect(matches?.({ level, origin, time: 0n })).toBe(true);
        expect(matches?.({ level: other, origin, time: 0n })).toBe(other === level);
        expect(matches?.({ level, origin: other, time: 0n })).toBe(other === origin);
      }),
    );
  });

  test('is spelled as the vendor understands it, and absent if it is empty', () => {
    expect(
      filterText([
        { field: 'level', value: 'error' },
        { field: 'origin', value: 'querypipeline' },
      ]),
    ).toBe("level eq 'error' and origin eq 'querypipeline'");
    expect(filterText([])).toBeUndefined();
  });
});

describe('the bound of a page', () => {
  const time = fc.bigInt({ min: -1_000_000_000_000_000_000n, max: 100_000_000_000_000_000_000n });

  test('keeps microseconds, and rounds finer times outwards', () => {
    expect(afterText(1_747_996_384_157_182_000n, 'ascending')).toBe('2025-05-23T10:33:04.157182Z');
    expect(afterText(1_747_996_384_157_182_999n, 'ascending')).toBe('2025-05-23T10:33:04.157182Z');
    expect(afterText(1_747_996_384_157_182_001n, 'descending')).toBe('2025-05-23T10:33:04.157183Z');
  });

  test('never excludes a row, has at most six digits, and moves by less than a microsecond', () => {
    fc.assert(
      fc.property(time, fc.constantFrom('ascending' as const, 'descending' as const), (after, order) => {
        const text = afterText(after, order);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?Z$/);
        const asked = parseInstant(text!)!.nanoseconds;
        const outwards = order === 'ascending' ? after - asked : asked - after;
        expect(outwards >= 0n && outwards < RESOLUTION).toBe(true);
      }),
    );
  });

  test('stays a date-time for positions that no log can have', () => {
    const far = 10n ** 30n;
    expect(afterText(far, 'ascending')).toBe('9999-12-31T23:59:59Z');
    expect(afterText(far, 'descending')).toBeUndefined();
    expect(afterText(-far, 'ascending')).toBeUndefined();
    expect(afterText(-far, 'descending')).toBe('0001-01-01T00:00:00Z');
  });
});
