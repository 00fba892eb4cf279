/** One file, although a long one: what one reader knows of its pages is one state. */
import { freshCall } from '../../../domain/call.ts';
import type { Call } from '../../../domain/call.ts';
import { unknownJob } from '../../../domain/errors.ts';
import type { HttpReply } from '../../../http/client.ts';
import type { OffsetPage, OffsetRequest } from '../../../pagination/offset/page.ts';
import { countedSize } from '../../../pagination/core/ladder.ts';
import type { PageSize } from '../../../pagination/core/page-size.ts';
import { sizeOf } from '../../shared/rows.ts';
import { isRefusal } from '../abilities.ts';
import type { Ability } from '../abilities.ts';
import { badResponse } from '../context.ts';
import type { SourceContext } from '../context.ts';
import { abilitiesFor, isWithinBounds, logQuery } from './query.ts';
import type { LogFilters } from './query.ts';
import { isEnd, totalOf } from './counts.ts';
import { entryOf } from '../mapping.ts';
import { logRows } from '../../shared/entries.ts';
import type { LogRow } from '../../shared/entries.ts';
import { OrderCheck, otherTimeBehind } from './order-check.ts';
import { OrderNotKept } from './order-not-kept.ts';
import { TASKS, TASKS_ROUTE } from '../facts.ts';
import { isTaskId } from '../keys.ts';
import type { Condition } from '../rql.ts';
import { taskLogListWire } from '../wire.ts';
import type { TaskLogListWire, TaskLogWire } from '../wire.ts';

/** The properties that make up what is shown of a line. */
const SHOWN = ['severity', 'message', 'parameters', 'progress', 'eta'] as const;

/** The log to read. */
export interface TaskLog extends LogFilters {
  /** The task whose log it is. */
  readonly task: string;
  /** What lines say as their `taskKey`. */
  readonly taskKey: string | null;
}

/**
 * Native pages of one task's log for one reader. Requests use every capability that the source is still assumed to have.
 * If the source refuses or ignores one, that is remembered and thrown, and the reader tries another way.
 */
export class LogPages {
  readonly #context: SourceContext;
  readonly #log: TaskLog;
  readonly #order = new OrderCheck();
  /** What a page was asked without: the offsets that follow count in that list, so it is not asked for again. */
  readonly #without = new Set<Ability>();
  /** Instants with no row of another time behind them, when that was looked for. */
  readonly #lastInstants = new Set<bigint>();
  /** Properties of lines that pages have left out, and those that were told. */
  readonly #omitted = new Set<string>();
  readonly #told = new Set<string>();
  /** What the source lost on account of refusals of this log. */
  readonly lost: Ability[] = [];
  readonly size: PageSize;

  constructor(context: SourceContext, log: TaskLog) {
    this.#context = context;
    this.#log = log;
    this.size = context.sizes.of(`log of ${log.task}`);
  }

  /** True if the source has the ability, and no read of this reader has found otherwise. */
  can(ability: Ability): boolean {
    if (!this.#context.abilities.can(ability)) this.#without.add(ability);
    return !this.#without.has(ability);
  }

  /** Names the list that is asked for: page numbers mean nothing in another one. */
  get listName(): string {
    return this.#filter() === null ? '' : 's';
  }

  fetch(request: OffsetRequest, call: Call): Promise<OffsetPage<LogRow>> {
    const page = this.#fetch(request, call);
    if (request.since === undefined && request.upTo === undefined) {
      // Undefined: the page failed, and a caller that counts requests it again.
      const total = page.then(
        (answer) => answer.total,
        () => undefined,
      );
      this.#totals(call).set(this.#totalKey(), total);
    }
    return page;
  }

  /** The shown properties that the source has left out, each once. */
  takeOmitted(): readonly string[] {
    const omitted = [...this.#omitted].filter((name) => !this.#told.has(name));
    for (const name of omitted) this.#told.add(name);
    return omitted;
  }

  /** The total that a page of this call has told, or the first page's. */
  async count(call: Call): Promise<number | null> {
    const known = await this.#totals(call).get(this.#totalKey());
    if (known !== undefined) return known;
    const order = this.can('logs by time') ? 'ascending' : 'descending';
    const first = async (limit: number) => this.fetch({ offset: 0, limit, order }, call);
    return (await this.size.fit(await countedSize(this.size, call), first)).page.total;
  }

  async #fetch(request: OffsetRequest, call: Call): Promise<OffsetPage<LogRow>> {
    const { abilities, http } = this.#context;
    const { taskKey } = this.#log;
    const used = abilitiesFor(request, this.#log).filter((ability) => this.can(ability));
    if (request.order === 'ascending' && !used.includes('logs by time'))
      throw new OrderNotKept(http.source, 'logs by time');
    const { data: page, cutTo } = await this.#ask(request, used, call);
    const { $meta, data } = page;
    for (const name of SHOWN) if ($meta.omitted.includes(name)) this.#omitted.add(name);
    if ($meta.offset !== null && $meta.offset !== request.offset) {
      throw badResponse(this.#context, 'answered with another page of a log than the one asked for');
    }
    await this.#checkOrder(page, request, used, call);
    if (used.includes('logs within times') && !isWithinBounds(data, request)) {
      abilities.lose('logs within times');
      throw badResponse(this.#context, 'does not bound a log by time');
    }
    await this.#proveOrder(page, request, used, call);
    this.#checkFilters(data, used);
    const rows = logRows({ data: data.map((log) => entryOf(log, taskKey)), odd: page.odd }, cutTo, {
      source: http.source,
      order: request.order,
      isLast: isEnd(page, request),
    });
    return { rows, total: totalOf(page, request), limit: $meta.limit };
  }

  async #ask(request: OffsetRequest, used: readonly Ability[], call: Call): Promise<HttpReply<TaskLogListWire>> {
    const { http, abilities } = this.#context;
    const { task } = this.#log;
    if (!isTaskId(task)) throw unknownJob(http.source, task);
    const path = [...TASKS, task, 'logs'];
    try {
      const query = logQuery(request, this.#log, used);
      const cutsStrings = request.limit === 1;
      return await http.json(
        { method: 'GET', path, route: `${TASKS_ROUTE}/{task}/logs`, query, cutsStrings },
        taskLogListWire,
        call,
      );
    } catch (error) {
      if (isRefusal(error)) this.lost.push(...abilities.blame(error, used));
      throw error;
    }
  }

  async #checkOrder(
    page: TaskLogListWire,
    request: OffsetRequest,
    used: readonly Ability[],
    call: Call,
  ): Promise<void> {
    const again = async (earlier: OffsetRequest) => (await this.#ask(earlier, used, freshCall(call))).data;
    const disorder = await this.#order.check(page, request, used, again);
    // If no order was requested, the reader sorts the list.
    if (disorder === null || !used.includes('logs by time')) return;
    throw new OrderNotKept(this.#context.http.source, disorder === 'id' ? 'logs by time and id' : 'logs by time');
  }

  /** Rows that should not be there do no harm to the order: they are left out by the partition and the reader. */
  #checkFilters(data: readonly TaskLogWire[], used: readonly Ability[]): void {
    const { severity } = this.#log;
    if (severity === null || !used.includes('logs of severities')) return;
    if (data.some((log) => !severity.allows(log.severity))) this.#context.abilities.lose('logs of severities');
  }

  /**
   * A source that always returns the newest first shows it on any page with two different times. A full page of one
   * instant shows nothing, so the far end of the log is read until the order is known.
   */
  async #proveOrder(
    page: TaskLogListWire,
    request: OffsetRequest,
    used: readonly Ability[],
    call: Call,
  ): Promise<void> {
    const { abilities } = this.#context;
    const { data } = page;
    const [first, last] = [data[0], data.at(-1)];
    if (request.order === 'descending' || first === undefined || last === undefined) return;
    if (abilities.isProven('logs by time')) return;
    if (first.timestamp.nanoseconds !== last.timestamp.nanoseconds) {
      abilities.prove('logs by time');
      return;
    }
    const time = first.timestamp.nanoseconds;
    if (isEnd(page, request) || this.#lastInstants.has(time)) return;
    const ask = async (offset: number) => (await this.#ask({ ...request, offset, limit: 1 }, used, call)).data;
    const total = totalOf(page, request);
    if (total !== null) {
      this.#judgeOrder(time, (await ask(total - 1)).data[0]?.timestamp.nanoseconds ?? null);
      return;
    }
    // If lines are long, a page of one instant may have only one line; then the first line of the instant lies before it.
    const begin = request.offset === 0 ? undefined : (await ask(0)).data[0];
    if (begin !== undefined && begin.timestamp.nanoseconds < time) {
      abilities.prove('logs by time');
      return;
    }
    const ids = new Set(data.map(({ id }) => id));
    const other = await otherTimeBehind(time, request.offset + sizeOf(page), async (offset) => {
      const found = await ask(offset);
      const row = found.data[0] ?? first;
      // A source that ignores offsets returns its first row again.
      return sizeOf(found) === 0 || (row !== first && ids.has(row.id)) ? null : row.timestamp.nanoseconds;
    });
    this.#judgeOrder(time, other);
  }

  /** A row behind those of a page of one instant proves the order of times, or shows that it is not kept. */
  #judgeOrder(time: bigint, behind: bigint | null): void {
    const { abilities, http } = this.#context;
    if (behind === null || behind === time) {
      this.#lastInstants.add(time);
      return;
    }
    if (behind < time) throw new OrderNotKept(http.source, 'logs by time');
    abilities.prove('logs by time');
  }

  #totals(call: Call): Map<string, Promise<number | null | undefined>> {
    return call.scoped(this.#context, 'log totals', () => new Map<string, Promise<number | null | undefined>>());
  }

  /** The filter that is asked for. */
  #filter(): Condition | null {
    return this.can('logs of severities') ? (this.#log.severity?.condition ?? null) : null;
  }

  #totalKey(): string {
    return JSON.stringify([this.#log.task, this.#filter()?.text ?? null]);
  }
}
