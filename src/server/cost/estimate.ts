import { getNamedType, getNullableType, isListType, valueFromASTUntyped } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { DEFAULT_AROUND } from '../../../resolvers/logs.ts';
import { DEFAULT_PAGE_SIZE } from '../../federation/arguments.ts';
import { introspectionSizes } from './introspection.ts';
import type { MergedField, MergedSelection } from './merged-selection.ts';
import { allAtOnce, largest, NOTHING, plusCalls, plusWork, sum, times } from './unit.ts';
import type { Unit } from './unit.ts';

/**
 * What an operation may cost at most, found before it runs, in two currencies: calls of vendors, and work of this process.
 * Work counts each field of each object that the page sizes allow for, and more for what takes more than reading a value.
 *
 * Two calls may be fewer than estimated: answers that are shared or remembered are counted each time. They may be more where a
 * filter that the vendor can't apply reads on for lines, which the budget at run time bounds.
 */
export interface Estimate {
  readonly calls: number;
  readonly work: number;
}

/** What the estimate must know of the sources. */
export interface SourceFacts {
  readonly count: number;
  /** Lines on the smallest of their largest pages. */
  readonly logPage: number;
}

/** Rows on a page of a list that is no log. No vendor is known to give fewer when it is asked for them. */
const LIST_PAGE = 100;

/** Rows that one event of a stream is reckoned at. */
const EVENT_ROWS = 50;

/** Lines that are read for a histogram, at most and by default. */
const HISTOGRAM_LINES = 20_000;

/** Exceptions of a line, frames of a stack, failures of a connection. */
const SHORT_LIST = 5;

/** Work of making a connection, beside its rows. */
const CONNECTION_WORK = 10;

/** An expression is compiled, and looks at lines in its own time and memory. */
const EXPRESSION_WORK = 5_000;

/** Fields that take more than reading a value: a cursor is sealed, an id is encoded. */
const WORK_OF_LEAF: Readonly<Record<string, number>> = { cursor: 4, startCursor: 4, endCursor: 4, id: 2 };

/** What can be answered of a job or a part without asking the vendor for it. */
const KNOWN = new Set(['id', 'key', 'source', 'job', 'logs', 'attempts', 'steps', 'tasks']);

/** What a connection answers without its page. */
const BESIDE_PAGE = new Set(['totalCount', 'isComplete']);

/** Of a connection's selection: what is fixed, and what comes for each row. */
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
      // The rows of a connection name one job, or a few: they are asked about once.
      const asked = asksBeyond(field, KNOWN) ? 1 : 0;
      return { work: object.work, calls: 0, once: object.calls + object.once + asked };
    }
    if (['attempt', 'step', 'task'].includes(field.name) && asksBeyond(field, KNOWN)) {
      return { ...object, once: object.once + 1 };
    }
    return isListType(getNullableType(field.type)) ? times(object, this.#listSize(parent, field.name)) : object;
  }

  /** The costliest of the types that it can be. */
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
    // Each of the sources or jobs has a page that is not used up. Lines around a line are two pages, behind the line itself.
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

  /** One row of `edges` or `nodes`, whose number the connection knows; any other field as it is. */
  #rowOf(parent: string, field: MergedField): Unit {
    const isRow = field.name === 'edges' || field.name === 'nodes';
    return isRow ? plusWork(this.#objectOf(field), 1) : this.#fieldOf(parent, field);
  }

  /** How many sources or jobs a connection is read from. */
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

  /** A value that stands for a list of one, as GraphQL has it, counts one. Null where there is none. */
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

/** Of one side of a line. */
function sizeOf(given: unknown): number {
  return typeof given === 'number' && given >= 0 ? given : DEFAULT_AROUND;
}

function asksBeyond({ selections }: MergedField, known: ReadonlySet<string>): boolean {
  return selections.some(({ fields }) => fields.some(({ name }) => !known.has(name)));
}
