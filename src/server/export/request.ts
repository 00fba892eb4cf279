import { coerceInputValue, getNullableType, isInputObjectType, isListType, isScalarType } from 'graphql';
import type { GraphQLInputField, GraphQLInputObjectType } from 'graphql';
import { logFilter } from '../../../resolvers/log-arguments.ts';
import type { FilterInput } from '../../../resolvers/log-arguments.ts';
import { jobsOfIds } from '../../../resolvers/logs.ts';
import { clientSchema } from '../../../schema/index.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JobRef } from '../../domain/job.ts';
import { cursorAfter } from '../../export/cursor-after.ts';
import { EXPORT_FORMATS, FORMATS } from '../../export/formats.ts';
import type { ExportFormat } from '../../export/formats.ts';
import type { ExportRequest } from '../../export/walk.ts';
import type { Federation } from '../../federation/api.ts';

/** The arguments of an export: those of `Query.logs`, with the same names, and a format. */
export interface ExportArguments {
  readonly jobs: readonly JobRef[];
  readonly request: ExportRequest;
  readonly format: ExportFormat;
}

const FILTER = filterType();

function filterType(): GraphQLInputObjectType {
  const type = clientSchema.getType('LogFilter');
  if (!isInputObjectType(type)) throw new Error('The graph has no filter of lines.');
  return type;
}

const ARGUMENTS = ['jobs', 'filter', 'direction', 'after', 'format'];

/** Reads an export's arguments from parameters of an address or a form. Fields of the filter are plain parameters. */
export function questionOfParameters(parameters: URLSearchParams, federation: Federation): ExportArguments {
  const fields = FILTER.getFields();
  const question: Record<string, unknown> = {};
  const filter: Record<string, unknown> = {};
  for (const [name, values] of valuesByName(parameters)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) filter[name] = valueOf(field, values);
    else if (name === 'jobs') question['jobs'] = values.flatMap((value) => value.split(','));
    else question[name] = only(name, values);
  }
  return questionOf({ ...question, ...(Object.keys(filter).length === 0 ? {} : { filter }) }, federation);
}

/** All values of each parameter, in one pass: `getAll` for each name would take the square of their number. */
function valuesByName(parameters: URLSearchParams): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>();
  for (const [name, value] of parameters) {
    const values = all.get(name);
    if (values === undefined) all.set(name, [value]);
    else values.push(value);
  }
  return all;
}

/** Reads an export's arguments from a JSON body. Throws BAD_USER_INPUT for invalid values and for unknown names. */
export function questionOf(body: unknown, federation: Federation): ExportArguments {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw bad('The body must be a JSON object.');
  const given = new Map<string, unknown>(Object.entries(body).filter(([, value]) => value !== null));
  const unknown = [...given.keys()].find((name) => !ARGUMENTS.includes(name));
  if (unknown !== undefined) {
    const known = [...ARGUMENTS, ...Object.keys(FILTER.getFields())].join(', ');
    throw bad(`"${unknown.slice(0, 100)}" is not known; an export takes ${known}.`);
  }
  const ids = given.get('jobs') ?? [];
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) throw bad('"jobs" must be a list of ids.');
  const jobs = jobsOfIds(ids);
  const request = {
    scopes: jobs.map(({ source, key }) => ({ source, scope: { job: key } })),
    filter: filterOf(given.get('filter')),
    descending: oneOf('direction', ['ASC', 'DESC'], given.get('direction') ?? 'ASC') === 'DESC',
  };
  const after = afterOf(given.get('after'), request, federation);
  const format = FORMATS[oneOf('format', EXPORT_FORMATS, given.get('format') ?? 'ndjson')];
  return { jobs, request: { ...request, after }, format };
}

/** Reads `after`: a cursor of the connection, or the id of a line (every exported line has one). */
function afterOf(after: unknown, request: ExportRequest, federation: Federation): string | null {
  if (after === undefined || after === '') return null;
  if (typeof after !== 'string') throw bad('"after" must be a cursor, or the id of a line.');
  return cursorAfter(after, request, federation);
}

function filterOf(filter: unknown): ExportRequest['filter'] {
  if (filter === undefined) return null;
  // The graph's input type has validated it.
  const read = coerceInputValue(filter, FILTER, (path, _value, error) => {
    throw bad(`${['filter', ...path].join('.')}: ${error.message}`);
  }) as FilterInput;
  return logFilter(read);
}

/** Converts the strings of a parameter to the input type of a filter field. */
function valueOf({ name, type }: GraphQLInputField, values: readonly string[]): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return values;
  const value = only(name, values);
  const isBoolean = isScalarType(nullable) && nullable.name === 'Boolean';
  if (!isBoolean) return value;
  return oneOf(name, ['true', 'false'], value) === 'true';
}

function only(name: string, values: readonly string[]): string | undefined {
  if (values.length > 1) throw bad(`"${name.slice(0, 100)}" is given more than once.`);
  return values[0];
}

function oneOf<T extends string>(name: string, allowed: readonly T[], value: unknown): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw bad(`"${name}" must be one of ${allowed.join(', ')}.`);
  return found;
}

function bad(message: string): TributaryError {
  return new TributaryError('BAD_USER_INPUT', message);
}
