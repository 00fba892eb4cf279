import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobService } from '../../../src/vendors/bytenite/facts.ts';
import { readLogStream } from '../../../src/vendors/bytenite/logs/body/stream.ts';
import { toValidUnicode } from '../../../src/domain/ansi.ts';
import type { Json } from '../../../src/domain/json.ts';
import { anyCharacter } from '../../support/any-character.ts';

interface Row {
  readonly service: JobService;
  readonly taskId: string | null;
  readonly log: string;
  readonly time: string;
  readonly level: string | null;
  readonly container: Json;
}

interface Reading {
  readonly rows: Row[];
  readonly tasks: string[];
  readonly odd: string[];
}

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
    await Promise.resolve();
  }
}

async function read(body: string | Uint8Array, sizes: readonly number[] = [7]): Promise<Reading> {
  const reading: Reading = { rows: [], tasks: [], odd: [] };
  await readLogStream(
    inPieces(Buffer.from(body), sizes),
    (item) => {
      if (item.is === 'task') {
        reading.tasks.push(item.taskId);
        return;
      }
      if (item.is === 'odd') {
        reading.odd.push(item.reason);
        return;
      }
      const { service, taskId, instance } = item;
      const { log, time, level, container } = instance;
      reading.rows.push({ service, taskId, log, time: time.text, level, container });
    },
    'render',
  );
  return reading;
}

const line = (log: string): object => ({ log, timestamp: '2025-06-24T16:19:03.1Z', level: 'INFO', container: 'app' });

describe('an answer of POST /logs', () => {
  test('is passed on line by line, each with its group', async () => {
    const body = {
      partitioner: [{ ...line('split'), timestamp: '2025-06-24T16:19:01.544123456Z' }],
      assembler: [],
      taskrunner: { '9f': { logs: [{ ...line('oops'), level: 'ERROR' }] }, a0: { logs: [] } },
    };
    expect(await read(JSON.stringify(body))).toEqual({
      rows: [
        {
          service: 'PARTITIONER',
          taskId: null,
          log: 'split',
          time: '2025-06-24T16:19:01.544123456Z',
          level: 'INFO',
          container: 'app',
        },
        {
          service: 'TASKRUNNER',
          taskId: '9f',
          log: 'oops',
          time: '2025-06-24T16:19:03.1Z',
          level: 'ERROR',
          container: 'app',
        },
      ],
      tasks: ['9f', 'a0'],
      odd: [],
    });
  });

  test.each([
    '{}',
    '{"partitioner":null,"assembler":null,"taskrunner":null}',
    '{"partitioner":[],"assembler":[],"taskrunner":{}}',
    '{"taskrunner":{},"ok":true,"code":0}',
    '\ufeff \n{"assembler":[],"somethingNew":[{"took":"1s"}],"message":"","error":null,"errors":[]} ',
  ])('may have groups that are missing, null or empty: %s', async (body) => {
    expect(await read(body, [1])).toEqual({ rows: [], tasks: [], odd: [] });
  });

  test.each(['{"logs":null}', '{"logs":[]}', '{}', 'null'])('may have a task whose group is %s', async (group) => {
    expect(await read(`{"taskrunner":{"9f":${group}}}`)).toEqual({ rows: [], tasks: ['9f'], odd: [] });
  });

  test.each([
    ['{"partitioner":[],"somethingNew":[{"log":"x"},{"timestamp":"2025-06-24T16:19:03Z"}]}', 'somethingNew', 2],
    ['{"reducer":{"9f":{"logs":[{"log":"x"}]}},"assembler":[]}', 'reducer', 1],
    ['{"taskrunner":{"9f":{"lines":[{"log":"x"},{"log":"y"}]}}}', 'taskrunner.9f.lines', 2],
  ])('counts the lines of an unknown group as unreadable: %s', async (body, group, count) => {
    for (const size of [1, 1_000]) {
      const { rows, odd } = await read(body, [size]);
      expect({ rows, odd }).toEqual({
        rows: [],
        odd: Array.from({ length: count }, () => `${group}: a group of lines that is not known`),
      });
    }
  });

  test('may have harmless texts and statuses beside its lines', async () => {
    const body = `{"assembler":[${JSON.stringify(line('a'))}],"message":"deprecated","warning":"soon"}`;
    expect((await read(body)).rows).toHaveLength(1);
    for (const empty of [
      '{"assembler":[],"status":"success","success":true}',
      '{"assembler":[],"details":[],"status":200}',
    ])
      expect(await read(empty)).toEqual({ rows: [], tasks: [], odd: [] });
  });

  test('may omit level, container and text, as protobuf omits zero values', async () => {
    const { rows } = await read('{"assembler":[{"timestamp":"2025-06-24T16:19:03Z","log":null}]}');
    expect(rows).toEqual([
      { service: 'ASSEMBLER', taskId: null, log: '', time: '2025-06-24T16:19:03Z', level: null, container: null },
    ]);
  });

  test('may have tasks with any names, also those with a meaning in JavaScript', async () => {
    const body = `{"taskrunner":{"__proto__":{"logs":[${JSON.stringify(line('a'))}]},"a.b":{"logs":[${JSON.stringify(line('b'))}]},"constructor":{},"7":{}}}`;
    const { rows, tasks } = await read(body);
    expect(rows.map(({ taskId, log }) => [taskId, log])).toEqual([
      ['__proto__', 'a'],
      ['a.b', 'b'],
    ]);
    expect(tasks).toEqual(['__proto__', 'a.b', 'constructor', '7']);
  });

  test('gives the rows of JSON.parse however its bytes are cut', async () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('joiner\ufeffbom', '\ufeff', '\\', '"', '😀', '\u2028'),
      // Lone surrogates, as JSON escapes.
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
    );
    const instance = fc.record(
      {
        log: text,
        timestamp: fc.constantFrom('2025-06-24T16:19:03Z', '2025-06-24T16:19:03.1Z', '2025-06-24T16:19:03.100000001Z'),
        level: fc.constantFrom('INFO', 'PANIC', 'UNKNOWN', 'NEW_LEVEL'),
        container: text,
        labels: fc.array(fc.record({ nested: fc.array(text) })),
      },
      { requiredKeys: ['timestamp', 'log'] },
    );
    const lines = fc.option(fc.array(instance, { maxLength: 4 }));
    const answer = fc.record(
      {
        partitioner: lines,
        assembler: lines,
        taskrunner: fc.option(fc.dictionary(text, fc.record({ logs: lines }, { requiredKeys: [] }), { maxKeys: 3 })),
        extra: fc.array(fc.jsonValue()),
      },
      // An object that has none of the groups is no answer.
      { requiredKeys: ['assembler'] },
    );
    type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never;
    const rowsOf = (service: JobService, taskId: string | null, list: Answer['partitioner']): Row[] =>
      (list ?? []).map(({ log, timestamp, level = null, container = null }) => ({
        service,
        taskId: taskId === null ? null : toValidUnicode(taskId),
        log: toValidUnicode(log),
        time: timestamp,
        level,
        container: container === null ? null : toValidUnicode(container),
      }));
    const expected = (value: Answer): Row[] => [
      ...rowsOf('PARTITIONER', null, value.partitioner),
      ...rowsOf('ASSEMBLER', null, value.assembler),
      ...Object.entries(value.taskrunner ?? {}).flatMap(([id, { logs }]) => rowsOf('TASKRUNNER', id, logs)),
    ];
    const cuts = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4_000 }));
    const sizes = fc.array(cuts, { minLength: 1, maxLength: 8 });
    const order = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    await fc.assert(
      fc.asyncProperty(answer, sizes, fc.constantFrom(undefined, 2), async (value, cuts, indent) => {
        const body = JSON.stringify(value, null, indent);
        expect(order((await read(body, cuts)).rows)).toEqual(order(expected(JSON.parse(body) as Answer)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a line of an answer', () => {
  test('keeps a U+FEFF wherever a chunk begins', async () => {
    const log = '\ufeffjoiner\ufeffbom\ufeff';
    const body = JSON.stringify({ assembler: [{ log, timestamp: '2025-06-24T16:19:03Z' }] });
    for (let size = 1; size <= Buffer.byteLength(body); size += 1) {
      expect((await read(body, [size])).rows.map((row) => row.log)).toEqual([log]);
    }
  });

  test('is read as JSON.parse reads it, at every border of two chunks, also with repeated names', async () => {
    const piece = fc.constantFrom(
      ...['a', 'é', '€', '😀', '\ufeff', '\\n', '\\"', '\\\\', '\\u0041', '\\ud83d\\ude00', '\\ufeff', '[', '}', ','],
    );
    const string = fc.array(piece, { maxLength: 5 }).map((pieces) => `"${pieces.join('')}"`);
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        string,
        fc.constantFrom('null', 'true', '-1.5e3', '[]', '{}'),
        fc.array(tie('json'), { maxLength: 3 }).map((items) => `[ ${items.join(' ,')}]`),
        fc.array(fc.tuple(string, tie('json')), { maxLength: 3 }).map(objectText),
      ),
    }));
    const member = fc.oneof(
      fc.tuple(fc.constantFrom('"log"', '"level"', '"container"', '"\\u006cog"'), fc.oneof(string, json)),
      fc.tuple(string, json),
    );
    const lineText = fc
      .array(member, { maxLength: 4 })
      .map((members) => objectText([...members, ['"timestamp"', '"2025-06-24T16:19:03Z"']]));
    await fc.assert(
      fc.asyncProperty(fc.array(lineText, { minLength: 1, maxLength: 2 }), fc.nat(), async (lines, cut) => {
        const body = Buffer.from(`{"other":${lines[0] ?? ''},"partitioner":[${lines.join(',')}],"taskrunner":{}}`);
        const expected = lines.map((text) => {
          const { log, level, container } = JSON.parse(text) as Record<string, unknown>;
          return [shownText(log) ?? '', shownText(level), container ?? null];
        });
        for (const sizes of [[1], [(cut % body.length) + 1, body.length]]) {
          const { rows } = await read(body, sizes);
          expect(rows.map((row) => [row.log, row.level, row.container])).toEqual(expected);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is read alike in one piece and byte by byte, with any of its bytes changed', async () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      '😀',
      '\ufeff',
      '\\n',
      '\\"',
      '\\\\',
      '\\u0041',
      '\\ud83d',
      '\\ud83d\\ude00',
      '{',
      '}',
    );
    const text = fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`);
    const space = fc.constantFrom('', '', '', ' ', '\n\t');
    const member = fc.tuple(fc.constantFrom('"log"', '"level"', '"container"', '"logs"', '"lo\\u0067"'), text);
    const time = fc.tuple(fc.constant('"timestamp"'), fc.constantFrom('"2025-06-24T16:19:03.12Z"', '"soon"', '7'));
    const members = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 });
    const lineText = fc.tuple(member, member, member, time, members, space).map(([a, b, c, d, order, gap]) => {
      const all = [a, b, c, d];
      const written = order.map((index) => (all[index] ?? a).join(`${gap}:${gap}`)).join(`${gap},${gap}`);
      return `{${gap}${written}${gap}}`;
    });
    const change = fc.option(fc.tuple(fc.nat(), fc.constantFrom(...Buffer.from('"\\{}[]:,u0 \n\u0001x'), 0xc3, 0xff)));
    const outcome = async (body: Buffer, sizes: readonly number[]): Promise<unknown> => read(body, sizes).catch(String);
    await fc.assert(
      fc.asyncProperty(fc.array(lineText, { minLength: 1, maxLength: 3 }), change, async (lines, changed) => {
        const body = Buffer.from(
          `{"partitioner":[${lines.join(',')}],"taskrunner":{"9f":{"logs":[${lines[0] ?? ''}]}}}`,
        );
        if (changed !== null) body[changed[0] % body.length] = changed[1];
        expect(await outcome(body, [body.length])).toEqual(await outcome(body, [1]));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['{"log":"x"}', '.timestamp: expected a date-time, got nothing'],
    ['{"timestamp":"soon"}', '.timestamp: expected a date-time, got a string'],
    ['7', ': expected an object, got 7'],
    ['null', ': expected an object, got null'],
    ['[]', ': expected an object, got an array'],
  ])('that cannot be placed affects no other line: %s', async (odd, reason) => {
    const good = JSON.stringify(line('good'));
    const body = `{"partitioner":[${good},${odd},${good}],"taskrunner":{"9f":{"logs":[${odd}]}}}`;
    const reading = await read(body);
    expect(reading.rows.map(({ log }) => log)).toEqual(['good', 'good']);
    expect(reading.odd).toEqual([`partitioner[1]${reason}`, `taskrunner.9f.logs[0]${reason}`]);
  });

  test('is skipped and counted if it is longer than the limit', async () => {
    const long = JSON.stringify(line('x'.repeat(17 * 1024 * 1024)));
    const body = `{"partitioner":[${long},${JSON.stringify(line('good'))}]}`;
    const reading = await read(body, [1024 * 1024]);
    expect(reading.rows.map(({ log }) => log)).toEqual(['good']);
    expect(reading.odd).toEqual(['partitioner[0]: the line is too long']);
  });

  test('shows a value that is no text as its JSON', async () => {
    const fields = '"log":{"a":[1]},"level":4,"container":["b"],"timestamp":1750781943000';
    expect((await read(`{"assembler":[{${fields}}]}`)).rows).toEqual([
      {
        service: 'ASSEMBLER',
        taskId: null,
        log: '{"a":[1]}',
        time: '2025-06-24T16:19:03Z',
        level: '4',
        container: ['b'],
      },
    ]);
  });
});

function objectText(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([name, value]) => `${name}\n:${value}`).join(', ')}}`;
}

function shownText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

describe('an invalid answer', () => {
  const cases: readonly (readonly [body: string, message: string])[] = [
    ['{"partitioner":7}', 'partitioner: expected an array, got 7'],
    ['{"partitioner":{"a":{"log":"x"}}}', 'partitioner: expected an array, got an object'],
    ['{"partitioner":"secret"}', 'partitioner: expected an array, got a string'],
    ['{"taskrunner":[{"logs":[]}]}', 'taskrunner: expected an object, got an array'],
    ['{"taskrunner":{"9f":[]}}', 'taskrunner.9f: expected an object, got an array'],
    ['{"taskrunner":{"9f":{"logs":{"a":1}}}}', 'taskrunner.9f.logs: expected an array, got an object'],
    ['{"taskrunner":{"a secret":{"logs":false}}}', 'taskrunner[…].logs: expected an array, got false'],
    ['{"ok":false,"message":"no"}', 'ok: expected groups of log lines, got false'],
    ['{"code":5,"message":"no"}', 'code: expected groups of log lines, got 5'],
    ['{"code":"not_found"}', 'code: expected groups of log lines, got a string'],
    ['{"error":{"code":404}}', 'error: expected groups of log lines, got an object'],
    ['{"partitioner":[],"error":"secret"}', 'error: expected groups of log lines, got a string'],
    ['{"errors":[{"message":"no"}]}', 'errors: expected groups of log lines, got an array'],
    ['{"message":"no"}', 'expected groups of log lines, got an object with other members'],
    ['{"result":{"partitioner":[]}}', 'expected groups of log lines, got an object with other members'],
    ['{"taskrunner":{"9f":{"error":{"code":5}}}}', 'taskrunner.9f.error: expected groups of log lines, got an object'],
    [
      '{"taskrunner":{"9f":{"logs":[],"errors":["no"]}}}',
      'taskrunner.9f.errors: expected groups of log lines, got an array',
    ],
    [
      '{"taskrunner":{"error":{"code":5,"message":"no"}}}',
      'taskrunner.error.code: expected groups of log lines, got 5',
    ],
    ['{"taskrunner":{"9f":{"message":"no"}}}', 'taskrunner.9f.message: expected groups of log lines, got a string'],
    ['{"assembler":[],"message":"no"}', 'message: expected groups of log lines, got a string'],
    ['{"taskrunner":{},"details":[{"reason":"no"}]}', 'details: expected groups of log lines, got an array'],
    ['{"assembler":null,"status":"UNAVAILABLE"}', 'status: expected groups of log lines, got a string'],
    ['{"partitioner":[],"success":false}', 'success: expected groups of log lines, got false'],
    ['{"partitioner":[],"warning":"no"}', 'warning: expected groups of log lines, got a string'],
    ['{"ok":true,"code":0}', 'expected groups of log lines, got an object with other members'],
    ['<!doctype html><title>secret</title>', 'expected a JSON object, got HTML or XML'],
    ['[]', 'expected a JSON object, got something else'],
    ['', 'expected JSON, got an empty body'],
    ['  \n', 'expected JSON, got an empty body'],
    ['{"partitioner":[}', 'expected JSON, got malformed JSON'],
    ['{} secret', 'expected JSON, got malformed JSON'],
    ['{"partitioner":[', 'the answer ended before it was whole'],
    ['{"partitioner":[{"log":"cut', 'the answer ended before it was whole'],
  ];

  test.each(cases)('is a SOURCE_BAD_RESPONSE that says where: %s', async (body, message) => {
    for (const size of [1, 1000]) {
      await expect(read(body, [size])).rejects.toMatchObject({
        code: 'SOURCE_BAD_RESPONSE',
        message: `render: ${message}`,
        source: 'render',
      });
    }
  });

  test('keeps a line beside a member with very many values, and leaves out a line that has too many itself', async () => {
    const many = { ...line('kept'), more: Array.from({ length: 200_000 }, () => 1) };
    const members = Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`member ${n}`, 1]));
    const body = { partitioner: [many, { ...line('left out'), ...members }, line('last')] };
    const { rows, odd } = await read(JSON.stringify(body), [65_536]);
    expect(rows.map(({ log }) => log)).toEqual(['kept', 'last']);
    expect(odd).toHaveLength(1);
  });

  test('is hung up on as soon as it is known to be invalid, and passes on the error of a body that stops', async () => {
    let left = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(Buffer.from('{"partitioner":7,'));
      } finally {
        left = true;
      }
    }
    const ignore = (): void => undefined;
    await expect(readLogStream(endless(), ignore, 'render')).rejects.toThrow('partitioner: ');
    expect(left).toBe(true);

    const cut = new Error('the connection was cut');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('{"partitioner":['));
      throw cut;
    }
    await expect(readLogStream(broken(), ignore, 'render')).rejects.toBe(cut);
  });

  test('passes on an error of its reader unchanged', async () => {
    const full = new Error('full');
    const sink = (): void => {
      throw full;
    };
    const body = inPieces(Buffer.from(JSON.stringify({ assembler: [line('x')] })), [10]);
    await expect(readLogStream(body, sink, 'render')).rejects.toBe(full);
  });
});

describe('bytes that are no UTF-8', () => {
  test('become replacement characters in the middle of a line', async () => {
    const body = Buffer.concat([
      Buffer.from('{"assembler":[{"timestamp":"2025-06-24T16:19:03Z","log":"a'),
      Buffer.from([0xff, 0xe2, 0x82]),
      Buffer.from('b€"}]}'),
    ]);
    for (const size of [1, 2, 3, 61, 1000]) {
      expect((await read(body, [size])).rows.map(({ log }) => log)).toEqual(['a\ufffd\ufffdb€']);
    }
  });

  test('are repaired as TextDecoder does it, wherever the chunks are cut', async () => {
    const bytes = fc.array(
      fc.oneof(
        fc.constantFrom(0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xc3, 0xed, 0xa0, 0xef, 0xbb, 0xbf),
        fc.integer({ min: 0x80, max: 0xff }),
        fc.integer({ min: 0x61, max: 0x7a }),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }), async (list, sizes) => {
        const log = Uint8Array.from(list);
        const body = Buffer.concat([
          Buffer.from('{"assembler":[{"timestamp":"2025-06-24T16:19:03Z","log":"'),
          log,
          Buffer.from('"}]}'),
        ]);
        const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        expect((await read(body, sizes)).rows.map((row) => row.log)).toEqual([decoder.decode(log)]);
      }),
      { numRuns: 500 },
    );
  });
});

test('a body that arrives faster than it is read does not block the process', async () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => line(`line ${index}`));
  const body = Buffer.from(JSON.stringify({ partitioner: lines }));
  const reading = { count: 0, over: false };
  const done = readLogStream(
    inPieces(body, [2 ** 20]),
    () => {
      reading.count += 1;
    },
    'render',
  ).finally(() => {
    reading.over = true;
  });
  let most = reading.count;
  while (!reading.over) {
    const before = reading.count;
    // A health check's turn comes as this one does.
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, reading.count - before);
  }
  await done;
  expect(reading.count).toBe(lines.length);
  expect(most).toBeLessThan(lines.length / 4);
});
