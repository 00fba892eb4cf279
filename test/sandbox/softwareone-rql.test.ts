import { describe, expect, test } from 'vitest';
import { TASK_FIELDS } from '../../src/sandbox/softwareone/fields.ts';
import { readListQuery } from '../../src/sandbox/softwareone/list-query.ts';
import { compileFilter } from '../../src/sandbox/softwareone/rql-filter.ts';
import { parseQuery } from '../../src/sandbox/softwareone/rql-parser.ts';

const tasks = [
  { id: 'TSK-1', name: 'Moving a buyer', status: 'Completed', progress: 100, code: 'Moving a buyer', parent: null },
  { id: 'TSK-2', name: 'it\'s "quoted"', status: 'Failed', progress: 40, code: 'x', parent: { id: 'TSK-1' } },
  { id: 'TSK-3', name: '', status: 'Queued', progress: null, code: 'status', parent: { id: 'TSK-2' } },
  { id: 'TSK-4', name: '*star*', status: 'Processing', progress: 5, code: 'y', eta: '2025-09-12 13:40:13.515Z' },
];

function passing(query: string): string[] {
  const passes = compileFilter(parseQuery(query), { fields: TASK_FIELDS, permits: () => true });
  return tasks.filter(passes).map(({ id }) => id);
}

describe('the query language', () => {
  const cases: readonly [query: string, ids: readonly string[]][] = [
    ['status=Failed', ['TSK-2']],
    ['EQ(status,"failed")', ['TSK-2']],
    ['ne(status,"Failed")', ['TSK-1', 'TSK-3', 'TSK-4']],
    ['gt(progress,5),le(progress,"40")', ['TSK-2']],
    ['in(status,(Queued,Processing))', ['TSK-3', 'TSK-4']],
    ['in(id,("TSK-4"))', ['TSK-4']],
    ['out(status,("Queued","Processing"))', ['TSK-1', 'TSK-2']],
    ['not(or(status=Queued,status=Processing))', ['TSK-1', 'TSK-2']],
    // AND binds tighter than OR.
    ['status=Queued|status=Failed&progress=41', ['TSK-3']],
    ['(status=Queued|status=Failed)&progress=40', ['TSK-2']],
    ['status=Queued;status=Failed', ['TSK-2', 'TSK-3']],
    ['and(status=Failed,eq(parent.id,"TSK-1"))', ['TSK-2']],
    ['parent.id=null()', ['TSK-1', 'TSK-4']],
    ['eq(name,empty())', ['TSK-3']],
    [`name='it"s'`, []],
    ['ilike(name,"*BUYER")', ['TSK-1']],
    ['like(name,"*BUYER")', []],
    ['like(name,"Moving*")', ['TSK-1']],
    ['like(name,"*ing a*")', ['TSK-1']],
    ['like(name,"Moving")', []],
    // Between the ends of a pattern a star is a star.
    ['like(name,"Mov*ng*")', []],
    ['or(ilike(name,"*MOVING*"),ilike(name,"**STAR*"))', ['TSK-1', 'TSK-4']],
    ['like(name,"\\*star\\*")', ['TSK-4']],
    ['gt(eta,"2025-09-12T13:40:13.514Z")', ['TSK-4']],
    // An unquoted value that is the name of a property means that property.
    ['eq(name,code)', ['TSK-1']],
    ['eq(code,status)', []],
    ['eq(code,"status")', ['TSK-3']],
  ];

  test.each(cases)('%s finds %j', (query, ids) => {
    expect(passing(query)).toEqual(ids);
  });

  test.each(['and(a=1', 'eq(name,"open)', 'eq(name)', 'not(a=1,b=2)', 'null(x)', 'eq(a,b))', 'name', ''])(
    '%j is refused',
    (query) => {
      expect(() => passing(query)).toThrow();
    },
  );
});

describe('a raw query', () => {
  test('is filter text except for the reserved keys, whether or not a key ends with an equals sign', () => {
    const nothing = { filter: null, order: null, select: null, limit: null, offset: null, streamed: false };
    const expected = { ...nothing, filter: 'eq(name,"a b"),status=Failed', order: '-name', limit: '5' };
    expect(readListQuery('eq(name,%22a%20b%22)&limit=5&status=Failed&Order=-name')).toEqual(expected);
    expect(readListQuery('eq(name,%22a+b%22)=&limit=5&status=Failed&order=-name')).toEqual(expected);
    expect(readListQuery('')).toEqual(nothing);
  });
});
