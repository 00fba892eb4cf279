import { readFile } from 'node:fs/promises';
import {
  GraphQLError,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  parseValue,
} from 'graphql';
import type { GraphQLNamedType, GraphQLScalarType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { printedSchema } from '../../codegen.ts';
import { clientSchema, schema } from '../../schema/index.ts';
import { ERROR_CODES } from '../../src/domain/errors.ts';
import { LOG_FILTER_FIELDS } from '../../src/domain/log-filter.ts';
import { NODE_TYPES } from '../../src/federation/node-id.ts';

const OWN_TYPES = Object.values(clientSchema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);

/** Everything that can have a description, by its coordinate. */
function described(type: GraphQLNamedType): [string, string | null | undefined][] {
  const own: [string, string | null | undefined][] = [[type.name, type.description]];
  if (isEnumType(type)) return [...own, ...type.getValues().map(namedPart(type))];
  if (isInputObjectType(type)) return [...own, ...Object.values(type.getFields()).map(namedPart(type))];
  if (!isObjectType(type) && !isInterfaceType(type)) return own;
  return Object.values(type.getFields()).reduce(
    (all, field) => [
      ...all,
      [`${type.name}.${field.name}`, field.description],
      ...field.args.map((argument): [string, string | null | undefined] => [
        `${type.name}.${field.name}(${argument.name}:)`,
        argument.description,
      ]),
    ],
    own,
  );
}

function namedPart(type: GraphQLNamedType) {
  return (part: { name: string; description?: string | null | undefined }): [string, string | null | undefined] => [
    `${type.name}.${part.name}`,
    part.description,
  ];
}

describe('the graph', () => {
  test('is printed in schema/schema.graphql as it is (else: npm run codegen)', async () => {
    expect(await readFile('schema/schema.graphql', 'utf8')).toBe(printedSchema());
  });

  test('describes every type, field, argument and value', () => {
    const all = OWN_TYPES.flatMap(described);
    expect(all.length).toBeGreaterThan(200);
    expect(all.filter(([, description]) => !description || description.length < 5).map(([where]) => where)).toEqual([]);
  });

  test('has a type that is a Node for every kind of global id', () => {
    const nodes = OWN_TYPES.filter(
      (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'),
    );
    expect(nodes.map(({ name }) => name).sort()).toEqual([...NODE_TYPES].sort());
  });

  test('keeps the shape that Relay clients expect of connections', () => {
    const connections = OWN_TYPES.filter(({ name }) => name.endsWith('Connection')).filter(isObjectType);
    expect(connections.map(({ name }) => name).sort()).toEqual(
      ['Attempt', 'Job', 'LogEntry', 'Step', 'Task'].map((name) => `${name}Connection`),
    );
    for (const connection of connections) {
      const name = connection.name.replace('Connection', '');
      const fields = connection.getFields();
      expect(String(fields['edges']?.type)).toBe(`[${name}Edge!]!`);
      expect(String(fields['nodes']?.type)).toBe(`[${name}!]!`);
      expect(String(fields['pageInfo']?.type)).toBe('PageInfo!');
      expect(String(fields['totalCount']?.type)).toBe('Int');
    }
  });

  test('has plain properties where rows are read most', () => {
    const edge = schema.getType('LogEntryEdge');
    const entry = schema.getType('LogEntry');
    if (!isObjectType(edge) || !isObjectType(entry)) throw new Error('no such types');
    // `attributes` and `exceptions` are not plain: they count towards the bytes that an answer may have.
    const plain = [edge.getFields()['cursor'], ...['id', 'timestamp'].map((name) => entry.getFields()[name])];
    expect(plain.map((field) => field?.resolve)).toEqual(plain.map(() => undefined));
  });

  test.each([
    ['ErrorCode', ERROR_CODES],
    ['LogFilterField', LOG_FILTER_FIELDS],
  ])('knows the same values of %s as the code', (name, values) => {
    const type = clientSchema.getType(name);
    expect(
      isEnumType(type) &&
        type
          .getValues()
          .map((value) => value.name)
          .sort(),
    ).toEqual([...values].sort());
  });
});

describe('a DateTime as an input', () => {
  const scalar = clientSchema.getType('DateTime') as GraphQLScalarType<string, string>;

  test.each([
    ['2026-03-01T10:00:00+01:00', '2026-03-01T09:00:00Z'],
    ['2026-03-01T09:00:00.123456789Z', '2026-03-01T09:00:00.123456789Z'],
    ['2026-03-01T09:00:00', '2026-03-01T09:00:00Z'],
  ])('reads %s as %s, in variables and in queries', (text, instant) => {
    expect(scalar.parseValue(text)).toBe(instant);
    expect(scalar.parseLiteral(parseValue(JSON.stringify(text)), {})).toBe(instant);
  });

  test.each(['yesterday', '', '2026-13-01T00:00:00Z', 7, null, {}])('refuses %j and says what it wants', (value) => {
    expect(() => scalar.parseValue(value)).toThrow(
      new GraphQLError('A DateTime is an RFC 3339 text such as "2026-03-01T09:30:00.123Z".'),
    );
  });
});
