/** GraphiQL's page: a small HTML text and large files, whose names change with their content. */
import { createHash } from 'node:crypto';
import { exampleTabs } from './example-tabs.ts';
import { runGraphiql } from './graphiql-in-page.ts';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

export interface Assets {
  /** Files by name. */
  readonly files: ReadonlyMap<string, Asset>;
  readonly html: (jobs: readonly string[]) => string;
}

/**
 * The page loads everything from this service. The editor adds style elements and embeds pictures and fonts in its
 * styles.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  'font-src data:',
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The logo: two streams that merge into one, as in the log explorer. */
const MARK =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#0d8077" stroke-width="2.4" stroke-linecap="round"><path d="M4 4c0 6 8 5 8 11v5M20 4c0 6-8 5-8 11M12 3v5"/></svg>';

/**
 * When a tab gets the focus, GraphiQL moves it to a stale position, away from the pointer, and the click is lost. So
 * tabs must not move. The accent color is that of the log explorer.
 */
const STYLE = `
.graphiql-tab { transform: none !important }
.graphiql-container, .graphiql-dialog { --color-primary: 176, 84%, 24% !important }
body.graphiql-dark .graphiql-container, body.graphiql-dark .graphiql-dialog { --color-primary: 174, 52%, 54% !important }
@media (prefers-color-scheme: dark) {
  body:not(.graphiql-light) .graphiql-container, body:not(.graphiql-light) .graphiql-dialog { --color-primary: 174, 52%, 54% !important }
}
.graphiql-logo > div > div { width: auto !important }
.home { display: flex; align-items: center; gap: 8px; color: inherit; font-weight: 600; text-decoration: none }
.home svg { width: 22px; height: 22px }
`;

/** Loads GraphiQL on demand: nine megabytes that services without visitors of the page do not need. */
export async function loadAssets(): Promise<Assets> {
  const { css, editorWorkerService, graphqlWorker, js, jsonWorker } =
    await import('@graphql-yoga/render-graphiql/graphiql');
  const files = new Map<string, Asset>();
  /** Adds a file and returns its address relative to the page, so that a path prefix of a proxy does not matter. */
  const add = (name: string, type: string, text: string): string => {
    const body = Buffer.from(text);
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 10);
    files.set(`${hash}-${name}`, { type: `${type}; charset=utf-8`, body });
    return `?asset=${hash}-${name}`;
  };
  const script = (name: string, text: string): string => add(name, 'text/javascript', text);
  const workers = {
    editorWorkerService: script('editor-worker.js', editorWorkerService),
    json: script('json-worker.js', jsonWorker),
    graphql: script('graphql-worker.js', graphqlWorker),
  };
  const style = add('style.css', 'text/css', `${css}${STYLE}`);
  // Tools that run TypeScript insert calls of a helper (`__name`), which the page does not have.
  const begin = `globalThis.__name ??= (named) => named;\n(${runGraphiql.toString()})();`;
  const scripts = [script('graphiql.js', js), script('begin.js', begin)];

  return {
    files,
    html(jobs) {
      const options = {
        title: '',
        logo: `<a class="home" href="./" title="The log explorer">${MARK}Tributary</a>`,
        defaultTabs: exampleTabs(jobs).map(({ query, variables }) => ({ query, variables: variables ?? null })),
        defaultEditorToolsVisibility: true,
      };
      return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tributary: GraphiQL</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(MARK)}">
<link rel="stylesheet" href="${style}">
${scripts.map((source) => `<script defer src="${source}"></script>`).join('\n')}
</head>
<body class="no-focus-outline">
<noscript>GraphiQL needs JavaScript. The API is at this address.</noscript>
<div id="root"></div>
<script type="application/json" id="settings">${JSON.stringify({ workers, options }).replaceAll('<', '\\u003c')}</script>
</body>
</html>
`;
    },
  };
}
