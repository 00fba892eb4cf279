/** What an answer gives as the total number of rows: the truth, or something else. */
export type SaidTotal = 'honest' | 'null' | 'zero' | 'too-low' | 'too-high' | 'shrinking' | 'of-page';

/** What an answer gives for "there is more": the truth, always yes, always no, or nothing. */
export type SaidMore = 'honest' | 'always' | 'never' | 'missing';

/** What cannot be trusted in a vendor's lists. All simulations have these switches, for logs and for jobs. */
export interface Doubts {
  total: SaidTotal;
  more: SaidMore;
  /** Most rows per page, even if more are requested; the answer does not mention it. */
  rowsPerPage: number;
  /** True: the parameter for the start of a page (offset, page number, token, time) has no effect. */
  ignoresPlace: boolean;
}

export const NO_DOUBTS: Doubts = { total: 'honest', more: 'honest', rowsPerPage: Infinity, ignoresPlace: false };

/** `start`: number of rows before the page. */
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
