import type { ReactNode } from 'react';
import { changeSettings, useSettings } from './state/settings.ts';
import type { Settings } from './state/settings.ts';
import { CodeIcon, MoonIcon, SunIcon, SystemIcon } from './ui/icons.tsx';
import { Mark } from './ui/mark.tsx';

const NEXT_THEME: Readonly<Record<Settings['theme'], Settings['theme']>> = {
  system: 'light',
  light: 'dark',
  dark: 'system',
};

const THEME_ICONS = { system: SystemIcon, light: SunIcon, dark: MoonIcon };

export function Header(): ReactNode {
  const { theme, zone } = useSettings();
  const ThemeIcon = THEME_ICONS[theme];
  return (
    <header className="header">
      <a className="brand" href="./" aria-label="Tributary, all jobs">
        <Mark />
        <span>Tributary</span>
      </a>
      <div className="header-tools">
        <button
          type="button"
          className="tool"
          title="Show times in local time or UTC"
          onClick={() => {
            changeSettings({ zone: zone === 'utc' ? 'local' : 'utc' });
          }}
        >
          {zone === 'utc' ? 'UTC' : 'Local time'}
        </button>
        <button
          type="button"
          className="tool tool-icon"
          aria-label={`Theme: ${theme}`}
          title={`Theme: ${theme}`}
          onClick={() => {
            changeSettings({ theme: NEXT_THEME[theme] });
          }}
        >
          <ThemeIcon />
        </button>
        <a className="tool tool-icon" href="graphql" aria-label="GraphQL" title="GraphQL">
          <CodeIcon />
        </a>
      </div>
    </header>
  );
}
