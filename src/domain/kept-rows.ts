/** The memory of the rows that one reader keeps of one answer that is read as a stream. */
export interface KeptRows {
  /** So many bytes are kept now. Throws if there is no room for more. */
  set(bytes: number): void;
  /** The answer has been read. `isKept`: the operation goes on with the rows. Otherwise they are gone. */
  end(isKept: boolean): void;
}

/** Begins the account of one answer. */
export type OpenKeptRows = () => KeptRows;
