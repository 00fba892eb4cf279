import type { ReactNode } from 'react';
import { useSignIn } from './api/credential.ts';
import { Header } from './header.tsx';
import { Sidebar } from './jobs/sidebar.tsx';
import { useSources } from './jobs/use-sources.ts';
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
  const [only = null, ...others] = view.jobs;
  const parts = useParts(others.length === 0 ? only : null);
  return (
    <div className={view.jobs.length === 0 || view.picking ? 'app' : 'app has-log'}>
      <Header />
      <Sidebar sources={sources} parts={parts} />
      <LogPane sources={sources} parts={parts} />
    </div>
  );
}
