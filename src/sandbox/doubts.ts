/** What an answer says of the number of rows in all: the truth, or what it says instead of it. */
export type SaidTotal = 'honest' | 'null' | 'zero' | 'too-low' | 'too-high' | 'shrinking' | 'of-page';

/** What an answer says of whether there is more: as it is, on all pages, on none; or it does not say. */
export type SaidMore = 'honest' | 'always' | 'never' | 'missing';

/** What no list of a vendor is to be trusted in. All simulations have these switches, for logs and for jobs. */
export interface Doubts {
  total: SaidTotal;
  more: SaidMore;
  /** The most rows that a page holds, whatever is asked for, and without a word. */
  rowsPerPage: number;
  /** What says where a page begins (offset, page number, token, time) is taken without effect. */
  ignoresPlace: boolean;
}

export const NO_DOUBTS: Doubts = { total: 'honest', more: 'honest', rowsPerPage: Infinity, ignoresPlace: false };

/** `start`: how many rows lie before the page. */
export function totalSaid(total: SaidTotal, { all, start, onPage }: Record<'all' | 'start' | 'onPage', number>) {
  const tenth = Math.ceil(all / 10);
  const said: Readonly<Record<SaidTotal, number | null>> = {
    honest: all,
    null: null,
    zero: 0,
    'too-low': Math.max(0, all - tenth),
    'too-high': all + tenth,
    shrinking: Math.max(0, all - start),
    'of-page': onPage,
  };
  return said[total];
}

/** Undefined: the answer leaves it out. */
export function moreSaid(more: SaidMore, honest: boolean): boolean | undefined {
  return more === 'missing' ? undefined : more === 'honest' ? honest : more === 'always';
}
