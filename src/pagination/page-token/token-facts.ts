/** What pages have shown of one log that is paged with tokens, for all reads of it. */
export class TokenFacts {
  /** True if a smaller page was inconsistent. Then the log is read only in pages of the largest size. */
  isUneven = false;
  /** The last known number of rows in the log; its end should be near. Null: unknown. */
  rowsInAll: number | null = null;
  /** The length of the longest page that named no next page although rows followed. Null: none is known. */
  unnamedBehind: number | null = null;
  /** A token from the vendor, the model for spelling the tokens of other pages. */
  tokenLike: string | null = null;
  /** True once a page was seen to begin where the one before it was cut. */
  beginsAtCut = false;
}
