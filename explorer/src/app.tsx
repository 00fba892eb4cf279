import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useSignIn } from './api/credential.ts';
import { Header } from './header.tsx';
import { Sidebar } from './jobs/sidebar.tsx';
import { useSelectedJobs } from './jobs/use-selected-jobs.ts';
import { hueOf, useSources } from './jobs/use-sources.ts';
import type { ShownJob } from './log/log-list.tsx';
import { LogPane } from './log/log-pane.tsx';
import { useParts } from './parts/use-parts.ts';
import { SignIn } from './sign-in.tsx';
import { usePlace } from './state/view.ts';

export function App(): ReactNode {
  const reason = useSignIn();
  return reason === null ? <Workspace /> : <SignIn reason={reason} />;
}

function Workspace(): ReactNode {
  const { view } = usePlace();
  const sources = useSources();
  const parts = useParts(view.jobs);
  const selected = useSelectedJobs(view.jobs);
  const shown = useMemo(
    () =>
      new Map<string, ShownJob>(
        selected.jobs.map(({ id, name, source }) => [
          id,
          { name, source: source.name, hue: hueOf(source.name, sources.sources) },
        ]),
      ),
    [selected.jobs, sources.sources],
  );
  return (
    <div className={view.jobs.length === 0 || view.picking ? 'app' : 'app has-log'}>
      <Header />
      <Sidebar sources={sources} parts={parts} names={shown} />
      <LogPane selected={selected} shown={shown} parts={parts} />
    </div>
  );
}
