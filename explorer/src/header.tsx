/** The bar at the top: what holds for the whole page. */
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { viewQuery } from './api/view-query.ts';
import { Help } from './keys/help.tsx';
import { useActions } from './keys/use-actions.ts';
import { changeSettings, useSettings } from './state/settings.ts';
import type { Settings } from './state/settings.ts';
import { logFilterOf, shownJobs, usePlace } from './state/view.ts';
import { CodeIcon, KeysIcon, MoonIcon, SunIcon, SystemIcon } from './ui/icons.tsx';
import { Mark } from './ui/mark.tsx';

const NEXT_THEME: Readonly<Record<Settings['theme'], Settings['theme']>> = {
  system: 'light',
  light: 'dark',
  dark: 'system',
};

const THEME_ICONS = { system: SystemIcon, light: SunIcon, dark: MoonIcon };

export function Header(): ReactNode {
  const { theme, zone } = useSettings();
  const { view } = usePlace();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const queryLink = useRef<HTMLAnchorElement>(null);
  const ThemeIcon = THEME_ICONS[theme];
  const hasLog = view.jobs.length > 0;
  const query = hasLog
    ? `?${new URLSearchParams({ query: viewQuery(shownJobs(view), logFilterOf(view)) }).toString()}`
    : '';
  const changeZone = (): void => {
    changeSettings({ zone: zone === 'utc' ? 'local' : 'utc' });
  };
  const changeTheme = (): void => {
    changeSettings({ theme: NEXT_THEME[theme] });
  };
  const openHelp = (): void => {
    setHelpOpen(true);
  };
  useActions({ help: openHelp, zone: changeZone, theme: changeTheme, query: () => queryLink.current?.click() });
  return (
    <header className="header">
      <a className="brand" href="./" aria-label="Tributary, all jobs">
        <Mark />
        <span>Tributary</span>
      </a>
      <div className="header-tools">
        <button type="button" className="tool" title="Show times in local time or UTC" onClick={changeZone}>
          {zone === 'utc' ? 'UTC' : 'Local time'}
        </button>
        <button
          type="button"
          className="tool tool-icon"
          aria-label={`Theme: ${theme}`}
          title={`Theme: ${theme}`}
          onClick={changeTheme}
        >
          <ThemeIcon />
        </button>
        <button type="button" className="tool tool-icon" aria-label="Keys" title="Keys (?)" onClick={openHelp}>
          <KeysIcon />
        </button>
        <a
          ref={queryLink}
          className="tool"
          href={`graphql${query}`}
          title={hasLog ? 'Open this view in GraphiQL' : 'Open GraphiQL'}
        >
          <CodeIcon />
          <span className="tool-words">{hasLog ? 'This view as a query' : 'GraphQL'}</span>
        </a>
      </div>
      {isHelpOpen && (
        <Help
          onClose={() => {
            setHelpOpen(false);
          }}
        />
      )}
    </header>
  );
}
