import type { ReactNode } from 'react';
import { Header } from './header.tsx';
import { Sidebar } from './jobs/sidebar.tsx';
import { useSources } from './jobs/use-sources.ts';
import { LogPane } from './log/log-pane.tsx';
import { usePlace } from './state/view.ts';

export function App(): ReactNode {
  const { view } = usePlace();
  const sources = useSources();
  return (
    <div className={view.jobs.length === 0 || view.picking ? 'app' : 'app has-log'}>
      <Header />
      <Sidebar sources={sources} />
      <LogPane sources={sources} />
    </div>
  );
}
