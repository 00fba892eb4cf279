import type { Call } from '../../domain/call.ts';
import { asError, TributaryError } from '../../domain/errors.ts';
import type { Ordered } from '../../domain/ordered.ts';
import type { Connection, ConnectionArguments, Edge, PageInfo, SourceFailure } from '../api.ts';
import { checkPageArguments, directionOf } from '../arguments.ts';
import type { ConnectionCursors, CursorCodec } from '../cursor/codec.ts';
import { readTurnsOf } from '../read-turns.ts';
import { shownFailures } from './failures.ts';
import type { Owner } from './failures.ts';
import type { Slot } from './slot.ts';
import { readAround } from './around.ts';
import type { Around } from './around.ts';
import { readMergedPage } from './page.ts';
import type { MergedPage, MergedPageOptions } from './page.ts';

/** The largest number that the graph's `Int` holds. A count that large is more likely none. */
const LARGEST_COUNT = 2_147_483_647;

/** What defines a connection over partitions. */
export interface MergedConnectionOptions<T extends Ordered, N> {
  /** Identifies the connection for its cursors: scopes, filter and order, as JSON text. Called when a cursor is needed. */
  key(): string;
  readonly args: ConnectionArguments;
  /** If given, the page is the rows around this row, and `args` does not select it. */
  readonly around?: Around | undefined;
  readonly descending: boolean;
  readonly since: bigint | null;
  readonly before: bigint | null;
  readonly maxPageSize: number;
  readonly maxScanPages: number;
  readonly cursors: CursorCodec;
  /** How many logs or lists are merged. Each may have several partitions. */
  readonly lists: number;
  /** Called once, when the first part of the connection is requested. */
  slots(): Promise<readonly Slot<T>[]>;
  /** The residual filter; undefined if vendors apply all of it. Called after `slots`. */
  accept(): ((row: T, slot: Slot<T>) => boolean) | undefined;
  /** Counts the rows that `accept` lets through, or null if that is unknown. Left out: they cannot be counted. */
  countAccepted?(slots: readonly Slot<T>[]): Promise<number | null>;
  nodeOf(row: T, slot: Slot<T>): N;
  /** True if the same request may succeed later. */
  mayRecover(error: unknown): boolean;
  /** The error of the connection as a whole, of all failures of its page; undefined: they are listed in `failures`. */
  readonly endedBy: (failures: MergedPage<T>['failures'], slots: readonly Slot<T>[]) => unknown;
  /** Whose rows are missing if this slot fails. */
  readonly ownerOf: (slot: Slot<T>) => Owner;
  /** True if the count is null because of this error of a source. It is null anyway for one that the page lists. */
  isUncounted?(error: TributaryError): boolean;
}

/** A lazy connection over partitions: each part is read once, and only on request. */
export class MergedConnection<T extends Ordered, N> implements Connection<N> {
  readonly #options: MergedConnectionOptions<T, N>;
  readonly #page: ReturnType<typeof checkPageArguments>;
  readonly #call: Call;
  #codec: ConnectionCursors | undefined;
  #found: Promise<readonly Slot<T>[]> | undefined;
  #read: Promise<MergedPage<T>> | undefined;
  #failures: readonly SourceFailure[] = [];
  /** Sources that the page has listed in `failures` because nothing of them could be read. */
  #missing: ReadonlySet<string | undefined> = new Set();
  #nodes: Promise<readonly N[]> | undefined;
  #edges: Promise<readonly Edge<N>[]> | undefined;

  /** Throws BAD_USER_INPUT for arguments out of bounds, before any call to a vendor. */
  constructor(options: MergedConnectionOptions<T, N>, call: Call) {
    this.#options = options;
    this.#page = checkPageArguments(options.args, options.maxPageSize);
    this.#call = call;
  }

  /** Made on demand: most pages are read without a cursor. */
  get #cursors(): ConnectionCursors {
    this.#codec ??= this.#options.cursors.forConnection(this.#options.key());
    return this.#codec;
  }

  edges(): Promise<readonly Edge<N>[]> {
    this.#edges ??= this.#makeEdges();
    return this.#edges;
  }

  nodes(): Promise<readonly N[]> {
    this.#nodes ??= this.#makeNodes();
    return this.#nodes;
  }

  async pageInfo(): Promise<PageInfo> {
    const page = await this.read();
    const forward = this.#page.side === 'first';
    // Rows are in the direction of the read, so the first one is that at which it began.
    const near = page.rows.length === 0 ? null : this.#cursors.encode(page.placeOf(0));
    const continueFrom = page.continueFrom === null ? null : this.#cursors.encode(page.continueFrom);
    return {
      hasNextPage: forward ? page.more : this.#page.before !== null,
      hasPreviousPage: page.moreBefore ?? (forward ? this.#page.after !== null : page.more),
      startCursor: forward ? near : continueFrom,
      endCursor: forward ? continueFrom : near,
    };
  }

  /** What the page lacks. */
  async failures(): Promise<readonly SourceFailure[]> {
    await this.read();
    return this.#failures;
  }

  /** Rows that the page lists as missing cannot be counted: the count is null. */
  async totalCount(): Promise<number | null> {
    try {
      return await this.#count();
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      if (this.#missing.has(error.source) || this.#options.isUncounted?.(error) === true) return null;
      throw error;
    }
  }

  async #count(): Promise<number | null> {
    if (this.#options.since !== null || this.#options.before !== null) return null;
    // The parts of a connection are resolved in one tick. If the page is requested too, it goes first, since it often
    // brings the count along.
    await new Promise((resolve) => setImmediate(resolve));
    await this.#read?.catch(() => undefined);
    const slots = await this.#slots();
    if (this.#options.accept() !== undefined) return (await this.#options.countAccepted?.(slots)) ?? null;
    const counts = await Promise.all(slots.map(async (slot) => slot.partition.count(this.#call)));
    const all = counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
    return all === null || all >= LARGEST_COUNT ? null : all;
  }

  #slots(): Promise<readonly Slot<T>[]> {
    this.#found ??= this.#options.slots();
    return this.#found;
  }

  /** The page, read once. */
  read(): Promise<MergedPage<T>> {
    this.#read ??= this.#readPage();
    return this.#read;
  }

  async #readPage(): Promise<MergedPage<T>> {
    const { around, since, before, maxScanPages } = this.#options;
    const places = around ?? this.#places();
    const turns = readTurnsOf(this.#call);
    // Around a line, each log or list is read in both directions.
    const lists = this.#options.lists * (around === undefined ? 1 : 2);
    const turn = turns.enter(lists);
    if (turn !== null) await turn;
    try {
      const slots = await this.#slots();
      const common = { slots, since, before, maxScanPages, accept: this.#options.accept() };
      const mayRecover = (error: unknown): boolean => this.#options.mayRecover(error);
      const page = await ('direction' in places
        ? readMergedPage({ ...common, ...places }, mayRecover, this.#call)
        : readAround(common, places, mayRecover, this.#call));
      this.#see(page.failures, slots);
      return page;
    } finally {
      turns.leave(lists);
    }
  }

  #see(failures: MergedPage<T>['failures'], slots: readonly Slot<T>[]): void {
    const { endedBy, ownerOf } = this.#options;
    const error = endedBy(failures, slots);
    if (error !== undefined) throw asError(error);
    this.#missing = new Set(failures.flatMap(({ slot, partial }) => (partial ? [] : [ownerOf(slot).source])));
    this.#failures = shownFailures(failures, ownerOf);
  }

  /** The bounds of the page. Throws CURSOR_INVALID. */
  #places(): Pick<MergedPageOptions<T>, 'direction' | 'from' | 'until' | 'need' | 'size'> {
    const { size, side, after, before } = this.#page;
    const [near, far] = side === 'first' ? [after, before] : [before, after];
    const from = near === null ? null : this.#cursors.decode(near);
    const until = far === null ? null : this.#cursors.decode(far);
    return { direction: directionOf(side, this.#options.descending), from, until, need: size, size };
  }

  async #makeNodes(): Promise<readonly N[]> {
    const { rows } = await this.read();
    const nodes: N[] = [];
    for (const { row, slot } of rows) nodes.push(this.#options.nodeOf(row, slot));
    return this.#page.side === 'first' ? nodes : nodes.reverse();
  }

  /** Edges have the same nodes as `nodes`, so what is kept of a node is made once. */
  async #makeEdges(): Promise<readonly Edge<N>[]> {
    const page = await this.read();
    const nodes = await this.nodes();
    const isFirst = this.#page.side === 'first';
    const last = nodes.length - 1;
    return nodes.map((node, at) => new MergedEdge(node, page, isFirst ? at : last - at, this.#cursors));
  }
}

/** An edge whose cursor is computed on access. */
class MergedEdge<T extends Ordered, N> implements Edge<N> {
  readonly node: N;
  readonly #page: MergedPage<T>;
  readonly #index: number;
  readonly #cursors: ConnectionCursors;

  constructor(node: N, page: MergedPage<T>, index: number, cursors: ConnectionCursors) {
    this.node = node;
    this.#page = page;
    this.#index = index;
    this.#cursors = cursors;
  }

  get cursor(): string {
    return this.#cursors.encode(this.#page.placeOf(this.#index));
  }
}
