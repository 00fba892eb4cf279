import type { Call } from '../../domain/call.ts';
import type { Ordered } from '../../domain/ordered.ts';
import { readFitting } from '../core/page-size.ts';
import type { Batch, Hint, Partition, ReadRequest } from '../core/partition.ts';
import { readOn } from '../core/read-on.ts';
import { BlockList, NoBlocks } from '../numbered/blocks.ts';
import type { Ladder } from '../numbered/ladder.ts';
import { isOutOfOrder, OUT_OF_ORDER, readIndexed } from '../numbered/pages.ts';
import { rowsOfHint } from '../numbered/walk.ts';
import { TokenCount } from './token-count.ts';
import { TokenList } from './token-list.ts';
import type { PageTokenOptions, TokenSigns } from './token-list.ts';

export function pageTokenPartition<T extends Ordered>(options: PageTokenOptions<T>): Partition<T> {
  const { key, size, identity } = options;
  const ladder = options.address === undefined ? undefined : options.ladder;
  const total = new TokenCount();
  const inPages = (rows: number, call: Call): TokenList<T> => new TokenList(options, rows, call, signsOf(total));
  return {
    key,
    read: (request, call) =>
      readFitting(size, request, (again, rows) =>
        ladder === undefined
          ? readIndexed(inPages(rows, call), identity, again)
          : readBlocks({ ...options, ladder }, total, again, rows, call),
      ),
    async count(call) {
      const first = async (rows: number): Promise<void> => {
        const isSmall = ladder?.allows(size, rows) === true;
        const asked = isSmall
          ? Math.min(largestOf(ladder, rows), (await ladder.wanted(size, 0, false, call)).atStart)
          : rows;
        await inPages(asked, call).fetch(0);
      };
      if (total.total === undefined) await size.fit(size.usual, first);
      return total.total ?? null;
    },
  };
}

function largestOf({ block }: Ladder, rows: number): number {
  return Math.floor(rows / block) * block;
}

function signsOf(total: TokenCount): TokenSigns {
  return { total, addressable: undefined, isSilent: false };
}

/** Reads in blocks as far as the list has them, and goes on behind the last row in pages of the usual size. */
async function* readBlocks<T extends Ordered>(
  options: PageTokenOptions<T> & { readonly ladder: Ladder },
  total: TokenCount,
  request: ReadRequest<T>,
  rows: number,
  call: Call,
): AsyncGenerator<Batch<T>, void, undefined> {
  const { size, identity, ladder } = options;
  let inBlocks = ladder.allows(size, rows) && (countsInBlocks(request.hint, ladder) ?? !ladder.isUnordered(size));
  let mayLack = false;
  yield* readOn(
    request,
    async function* (again) {
      if (inBlocks) return yield* readIndexed(await blockList(options, total, request, rows, call), identity, again);
      // What belongs before rows that were given out by now is out of this read's reach.
      if (mayLack) yield { rows: [], hints: [], more: null, pages: 0, truncated: OUT_OF_ORDER, contradicts: true };
      return yield* readIndexed(new TokenList(options, rows, call, signsOf(total)), identity, again);
    },
    (error, isClean) => {
      if (!inBlocks) return false;
      if (error instanceof NoBlocks) ladder.refuse();
      else if (isOutOfOrder(error)) ladder.noteUnordered(size);
      else return false;
      inBlocks = false;
      mayLack = isOutOfOrder(error) && (!isClean || request.hint !== null);
      return true;
    },
  );
}

/** Was the hint made where the list was read in blocks? A reader goes on the same way, since rows out of order lie elsewhere in the other. */
function countsInBlocks(hint: Hint | null, ladder: Ladder): boolean | null {
  return hint === null ? null : rowsOfHint(hint) === ladder.block;
}

async function blockList<T extends Ordered>(
  options: PageTokenOptions<T> & { readonly ladder: Ladder },
  total: TokenCount,
  { direction, from, hint, need, accept }: ReadRequest<T>,
  rows: number,
  call: Call,
): Promise<BlockList<T>> {
  const { size, ladder } = options;
  const { block, swapped } = ladder;
  // How far a scan goes is not known, and a place that is searched for is found sooner on large pages.
  const isLong = accept !== undefined || (from !== null && hint === null);
  const isFromStart = direction === 'forward' && from === null;
  const wanted = await ladder.wanted(size, isLong ? Infinity : need, isFromStart, call);
  const signs = signsOf(total);
  return new BlockList<T>({
    ...{ block, swapped, usual: size.usual, largest: largestOf(ladder, rows) },
    // Where in its block a position lies is not known.
    wanted: wanted.rows + (from === null ? 0 : block - 1),
    isBeyond: from !== null,
    atStart: wanted.atStart,
    step: direction === 'forward' ? 1 : -1,
    list: (asked) => new TokenList(options, asked, call, signs, false),
  });
}
