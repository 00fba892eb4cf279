/**
 * The script of GraphiQL's page. The browser gets the text of `runGraphiql`, so the function must not use anything
 * outside itself.
 */

interface Params {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: unknown;
}

interface Sink {
  next(value: unknown): void;
  error(reason: unknown): void;
  complete(): void;
}

/** Globals of the page that Node's types lack. */
interface PageGlobals {
  MonacoEnvironment?: unknown;
  readonly location: { readonly pathname: string; readonly href: string };
  readonly sessionStorage: { getItem(key: string): string | null };
  readonly document: { getElementById(id: string): { readonly textContent: string } };
  readonly YogaGraphiQL: { renderYogaGraphiQL(root: unknown, options: unknown): void };
}

export function runGraphiql(): void {
  const page = globalThis as unknown as PageGlobals;
  const { workers, options } = JSON.parse(page.document.getElementById('settings').textContent) as {
    readonly workers: Readonly<Record<string, string>>;
    readonly options: Readonly<Record<string, unknown>>;
  };
  /** Events of a subscription that are shown. */
  const most = 100;

  /** The key that was given to the log explorer in this tab, unless the editor of headers has another. */
  const credential = (): Record<string, string> => {
    try {
      const key = page.sessionStorage.getItem('tributary.key');
      return key === null ? {} : { authorization: `Bearer ${key}` };
    } catch {
      return {};
    }
  };

  /** For a moment after a change of tabs, GraphiQL still names the operation of the other tab: that name is left out. */
  const toSend = (params: Params): Params => {
    const { query, operationName = null } = params;
    if (operationName === null || new RegExp(`\\b${operationName}\\b`).test(query)) return params;
    return { ...params, operationName: null };
  };

  const ask = async (params: Params, given: Record<string, string>, signal: AbortSignal): Promise<Response> => {
    const headers = {
      accept: 'application/graphql-response+json, application/json, text/event-stream',
      'content-type': 'application/json',
      ...credential(),
      ...given,
    };
    return fetch(page.location.pathname, { method: 'POST', headers, body: JSON.stringify(toSend(params)), signal });
  };

  /** Shows the newest event first, and those before it below: the answer is not scrolled. */
  const follow = async (stream: ReadableStream<Uint8Array>, sink: Sink): Promise<void> => {
    const decoder = new TextDecoder();
    let newestFirst: unknown[] = [];
    let events = 0;
    let text = '';
    const reader = stream.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += decoder.decode(read.value, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      const before = events;
      for (const part of parts) {
        const data = /^data: ?(.+)$/m.exec(part)?.[1];
        if (data === undefined) continue;
        events += 1;
        newestFirst = [JSON.parse(data), ...newestFirst].slice(0, most);
      }
      if (events > before) sink.next({ events, newestFirst });
    }
  };

  const fetcher = (params: Params, { headers = {} }: { readonly headers?: Record<string, string> } = {}): unknown => ({
    subscribe(sink: Sink) {
      const abort = new AbortController();
      const run = async (): Promise<void> => {
        const response = await ask(params, headers, abort.signal);
        const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
        if (isStream && response.body !== null) await follow(response.body, sink);
        else sink.next(await response.json());
        sink.complete();
      };
      run().catch((reason: unknown) => {
        if (!abort.signal.aborted) sink.error(reason);
      });
      return {
        unsubscribe(): void {
          abort.abort();
        },
      };
    },
  });

  page.MonacoEnvironment = {
    globalAPI: false,
    getWorkerUrl: (_module: string, label: string): string | undefined => workers[label],
  };
  page.YogaGraphiQL.renderYogaGraphiQL(page.document.getElementById('root'), { ...options, fetcher });
}
