/** Fewest rows for which a page of their list is requested. For fewer, it would save too little. */
const LEAST_KEYS = 3;

/** Most pages that one search requests. */
const MOST_PAGES = 10;

/** Most searches in a row that are left out after searches that saved nothing. */
const LONGEST_PAUSE = 64;

/** A page of a list. Everything but its rows may be wrong. */
export interface ListedPage<Row> {
  /** The rows that carry all that a single read carries, by their keys. */
  readonly rows: readonly (readonly [key: string, row: Row])[];
  /** The number of rows on a full page. */
  readonly size: number;
  readonly total: number | null;
  /** Whether more rows follow. Null: not stated. */
  readonly more: boolean | null;
}

/**
 * Finds rows by key on the pages of a list, where one call shows many of them. A key that it does not return says
 * nothing: the caller reads it alone. A list that saves no calls is left alone for a while.
 */
export class ListedFirst<Row> {
  #pause = 0;
  #left = 0;

  async find(
    keys: readonly string[],
    fetch: (index: number) => Promise<ListedPage<Row>>,
  ): Promise<ReadonlyMap<string, Row>> {
    const wanted = new Set(keys);
    const found = new Map<string, Row>();
    if (wanted.size < LEAST_KEYS || this.#isPaused()) return found;
    let pages = 0;
    try {
      for (let left = 1; left > 0 && pages < MOST_PAGES;) {
        const page = await fetch(pages);
        pages += 1;
        const before = found.size;
        for (const [key, row] of unambiguous(page.rows)) if (wanted.has(key)) found.set(key, row);
        const missing = wanted.size - found.size;
        left = found.size > before ? pagesLeft(page, pages) : 0;
        // Reading the rest of the list must cost less than reading the missing rows one by one.
        if (left >= missing) break;
      }
    } catch {
      // The single reads tell what is wrong, each for its own key.
    }
    this.#learn(found.size > pages);
    return found;
  }

  #isPaused(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }

  #learn(isWorth: boolean): void {
    this.#pause = isWorth ? 0 : Math.min(LONGEST_PAUSE, Math.max(1, this.#pause * 2));
    this.#left = this.#pause;
  }
}

/** A row's place at vendors that name it within a workspace. */
interface WorkspaceName {
  readonly workspace: string;
  readonly name: string;
}

/** The same for rows of workspaces, each of which has a list of its own. */
export class ListedByWorkspace<Row> {
  readonly #lists = new Map<string, ListedFirst<Row>>();

  /** Returns a function that gives the row of a place, if it was found. */
  async find(
    places: readonly WorkspaceName[],
    fetch: (workspace: string, names: readonly string[], index: number) => Promise<ListedPage<Row>>,
  ): Promise<(place: WorkspaceName) => Row | undefined> {
    const found = new Map<string, ReadonlyMap<string, Row>>();
    const workspaces = [...new Set(places.map(({ workspace }) => workspace))];
    await Promise.all(
      workspaces.map(async (workspace) => {
        const names = places.filter((place) => place.workspace === workspace).map(({ name }) => name);
        const list = this.#lists.get(workspace) ?? new ListedFirst<Row>();
        this.#lists.set(workspace, list);
        found.set(workspace, await list.find(names, (index) => fetch(workspace, names, index)));
      }),
    );
    return ({ workspace, name }) => found.get(workspace)?.get(name);
  }
}

/** The rows whose key is on the page once. */
function unambiguous<Row>(rows: ListedPage<Row>['rows']): ReadonlyMap<string, Row> {
  const once = new Map<string, Row>();
  const seen = new Set<string>();
  for (const [key, row] of rows) {
    if (seen.has(key)) once.delete(key);
    else once.set(key, row);
    seen.add(key);
  }
  return once;
}

function pagesLeft({ total, more, size }: ListedPage<unknown>, pages: number): number {
  if (more === false) return 0;
  return total === null ? Infinity : Math.max(0, Math.ceil(total / size) - pages);
}
