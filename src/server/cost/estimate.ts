import { getNamedType, getNullableType, isListType, valueFromASTUntyped } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { DEFAULT_AROUND } from '../../../resolvers/logs.ts';
import { DEFAULT_PAGE_SIZE } from '../../federation/arguments.ts';
import { introspectionSizes } from './introspection.ts';
import type { MergedField, MergedSelection } from './merged-selection.ts';
import { allAtOnce, largest, NOTHING, plusCalls, plusWork, sum, times } from './unit.ts';
import type { Unit } from './unit.ts';

/**
 * The upper estimate of an operation's cost before it runs: calls to vendors, and work of this process. Work counts
 * each field of each object that the page sizes allow, with more for fields that do more than read a value.
 *
 * There may be fewer calls than estimated, because shared and remembered answers are counted each time. There may be
 * more if a filter that the vendor cannot apply keeps reading for matching lines; the budget at run time bounds that.
 */
export interface Estimate {
  readonly calls: number;
  readonly work: number;
}

/** Facts about the sources that the estimate needs. */
export interface SourceFacts {
  readonly count: number;
  /** The smallest `maxPageSize` of the sources, in lines. */
  readonly logPage: number;
}

/** Assumed rows on a native page of any list except logs. No known vendor returns fewer when asked for this many. */
const LIST_PAGE = 100;

/** The schema is read in one piece, without turns between its fields: so each of them counts for more. */
const INTROSPECTION_WORK = 5;

/** Assumed rows in one event of a stream. */
const EVENT_ROWS = 50;

/** Lines read for a histogram: the default and the maximum. */
const HISTOGRAM_LINES = 20_000;

/** Assumed length of short lists: exceptions of a line, frames of a stack, failures of a connection. */
const SHORT_LIST = 5;

/** Work of creating a connection, in addition to its rows. */
const CONNECTION_WORK = 10;

/** Work of a regular expression: it is compiled and has its own limits on time and memory. */
const EXPRESSION_WORK = 5_000;

/** Fields that take more than reading a value: a cursor is sealed, an id is encoded. */
const WORK_OF_LEAF: Readonly<Record<string, number>> = { cursor: 4, startCursor: 4, endCursor: 4, id: 2 };

/** Fields of a job or a part that need no call to the vendor. */
const KNOWN = new Set(['id', 'key', 'source', 'job', 'logs', 'attempts', 'steps', 'tasks']);

/** Fields of a connection that need no page. */
const BESIDE_PAGE = new Set(['totalCount', 'isComplete']);

/** The cost of a connection's selection: a fixed part, and a part for each row. */
interface ConnectionUnit {
  readonly fixed: Unit;
  readonly row: Unit;
  readonly takesPage: boolean;
  readonly counts: number;
}

export function estimate(
  selection: MergedSelection,
  variables: Readonly<Record<string, unknown>>,
  schema: GraphQLSchema,
  sources: SourceFacts,
): Estimate {
  const { work, calls, once } = new Estimator(variables, sources, introspectionSizes(schema)).unitOf(selection);
  return { work: Math.ceil(work), calls: Math.ceil(calls + once) };
}

class Estimator {
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #sources: SourceFacts;
  readonly #introspection: Readonly<Record<string, number>>;
  readonly #units = new Map<MergedSelection, Unit>();
  readonly #connections = new Map<MergedSelection, ConnectionUnit>();

  constructor(
    variables: Readonly<Record<string, unknown>>,
    sources: SourceFacts,
    introspection: Readonly<Record<string, number>>,
  ) {
    this.#variables = variables;
    this.#sources = sources;
    this.#introspection = introspection;
  }

  unitOf(selection: MergedSelection): Unit {
    const known = this.#units.get(selection);
    if (known !== undefined) return known;
    const unit = selection.fields.map((field) => this.#fieldOf(selection.type.name, field)).reduce(sum, NOTHING);
    this.#units.set(selection, unit);
    return unit;
  }

  #fieldOf(parent: string, field: MergedField): Unit {
    if (field.selections.length === 0) return { work: WORK_OF_LEAF[field.name] ?? 1, calls: 0, once: 0 };
    const returned = getNamedType(field.type).name;
    if (returned.endsWith('Connection')) return this.#connection(parent, returned, field);
    const object = plusWork(this.#objectOf(field), 1);
    switch (`${parent}.${field.name}`) {
      case 'Query.__schema':
      case 'Query.__type':
        return times(object, INTROSPECTION_WORK);
      case 'Query.sources':
        return times(object, this.#sources.count);
      case 'Query.nodes':
        return times(plusCalls(allAtOnce(object), 1), this.#lengthOf(field, 'ids') ?? 1);
      case 'Query._entities':
        return times(plusCalls(allAtOnce(object), 1), this.#lengthOf(field, 'representations') ?? 1);
      case 'Query.node':
      case 'Query.job':
        return plusCalls(allAtOnce(object), 1);
      case 'Query.logHistogram': {
        const further = (this.#lengthOf(field, 'jobs') ?? 1) - 1;
        return plusCalls(
          plusWork(object, HISTOGRAM_LINES + this.#expressionWork(field)),
          further + Math.ceil(HISTOGRAM_LINES / this.#sources.logPage),
        );
      }
      case 'Source.health':
        return plusCalls(object, 1);
      case 'Subscription.logEntries':
        return plusCalls(object, this.#lengthOf(field, 'jobs') ?? 1);
      case 'LogBatch.edges':
        return times(object, EVENT_ROWS);
    }
    if (returned === 'Job' && parent !== 'JobEdge') {
      // The rows of a connection belong to one job or a few, and each job is fetched once.
      const asked = asksBeyond(field, KNOWN) ? 1 : 0;
      return { work: object.work, calls: 0, once: object.calls + object.once + asked };
    }
    if (['attempt', 'step', 'task'].includes(field.name) && asksBeyond(field, KNOWN)) {
      return { ...object, once: object.once + 1 };
    }
    return isListType(getNullableType(field.type)) ? times(object, this.#listSize(parent, field.name)) : object;
  }

  /** The cost of the most expensive type that the field can return. */
  #objectOf({ selections }: MergedField): Unit {
    return selections.map((one) => this.unitOf(one)).reduce(largest, NOTHING);
  }

  #connection(parent: string, returned: string, field: MergedField): Unit {
    const [selection] = field.selections;
    if (selection === undefined) return NOTHING;
    const { fixed, row, takesPage, counts } = this.#connectionUnit(selection);
    const size = this.#pageSize(field);
    const width = this.#widthOf(parent, returned, field);
    const page = returned === 'LogEntryConnection' ? this.#sources.logPage : LIST_PAGE;
    // Each source or job may read one page that is not used up. `logContext` reads the line itself and a page on each
    // side.
    const extra = field.name === 'logContext' ? width + 1 : 0;
    const pages = takesPage ? width - 1 + extra + Math.max(1, Math.ceil(size / page)) : 0;
    const jobs = returned === 'JobConnection' ? size : width;
    return {
      work: CONNECTION_WORK + this.#expressionWork(field) + fixed.work + size * row.work,
      calls: pages + counts * width + fixed.calls + size * row.calls + jobs * (row.once + fixed.once),
      once: 0,
    };
  }

  #connectionUnit(selection: MergedSelection): ConnectionUnit {
    const known = this.#connections.get(selection);
    if (known !== undefined) return known;
    const isRow = ({ name }: MergedField): boolean => name === 'edges' || name === 'nodes';
    const units = (fields: readonly MergedField[]): Unit =>
      fields.map((field) => this.#rowOf(selection.type.name, field)).reduce(sum, NOTHING);
    const beside = selection.fields.filter(({ name }) => BESIDE_PAGE.has(name));
    const unit = {
      fixed: units(selection.fields.filter((field) => !isRow(field))),
      row: units(selection.fields.filter(isRow)),
      takesPage: selection.fields.length > beside.length,
      counts: beside.length,
    };
    this.#connections.set(selection, unit);
    return unit;
  }

  /** The cost of one row of `edges` or `nodes` (the connection multiplies it), or of any other field. */
  #rowOf(parent: string, field: MergedField): Unit {
    const isRow = field.name === 'edges' || field.name === 'nodes';
    return isRow ? plusWork(this.#objectOf(field), 1) : this.#fieldOf(parent, field);
  }

  /** The number of sources or jobs that a connection reads from. */
  #widthOf(parent: string, returned: string, field: MergedField): number {
    if (parent !== 'Query') return 1;
    if (returned === 'JobConnection') return Math.max(1, this.#lengthOf(field, 'sources') ?? this.#sources.count);
    return Math.max(1, this.#lengthOf(field, 'jobs') ?? 1);
  }

  #expressionWork(field: MergedField): number {
    const filter = this.#argument(field, 'filter') as { readonly matches?: unknown } | null | undefined;
    return typeof filter?.matches === 'string' ? EXPRESSION_WORK : 0;
  }

  #pageSize(field: MergedField): number {
    if (field.name === 'logContext') {
      const [before, after] = ['before', 'after'].map((name) => this.#argument(field, name));
      return 1 + sizeOf(before) + sizeOf(after);
    }
    const sizes = ['first', 'last']
      .map((name) => this.#argument(field, name))
      .filter((value): value is number => typeof value === 'number' && value >= 0);
    return sizes.length === 0 ? DEFAULT_PAGE_SIZE : Math.max(...sizes);
  }

  /**
   * The length of a list argument. GraphQL accepts a single value as a list of one. Null if the argument is missing.
   */
  #lengthOf(field: MergedField, argument: string): number | null {
    const value = this.#argument(field, argument);
    if (value === undefined || value === null) return null;
    return Array.isArray(value) ? value.length : 1;
  }

  #argument({ node }: MergedField, name: string): unknown {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    return given === undefined ? undefined : valueFromASTUntyped(given.value, this.#variables);
  }

  #listSize(parent: string, name: string): number {
    return parent.startsWith('__') ? (this.#introspection[`${parent}.${name}`] ?? 1) : SHORT_LIST;
  }
}

/** The number of lines on one side of the line in `logContext`. */
function sizeOf(given: unknown): number {
  return typeof given === 'number' && given >= 0 ? given : DEFAULT_AROUND;
}

function asksBeyond({ selections }: MergedField, known: ReadonlySet<string>): boolean {
  return selections.some(({ fields }) => fields.some(({ name }) => !known.has(name)));
}
