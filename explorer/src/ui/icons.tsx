import type { ReactNode } from 'react';

/** Icons on a grid of 16, drawn with the colour of the text. They are decoration: a label stands beside them. */
function icon(content: ReactNode): () => ReactNode {
  return function Icon() {
    return (
      <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {content}
      </svg>
    );
  };
}

export const SearchIcon = icon(<path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14" />);
export const CloseIcon = icon(<path d="m4 4 8 8m0-8-8 8" />);
export const ChevronIcon = icon(<path d="m6 3.5 4.5 4.5L6 12.5" />);
export const BackIcon = icon(<path d="M10 3.5 5.5 8l4.5 4.5" />);
export const PlusIcon = icon(<path d="M8 3.5v9M3.5 8h9" />);
export const CheckIcon = icon(<path d="m3.5 8.5 3 3 6-7" />);
export const SunIcon = icon(
  <path d="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7" />,
);
export const MoonIcon = icon(<path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z" />);
export const SystemIcon = icon(<path d="M2 3h12v8H2zM6 13.5h4" />);
export const WrapIcon = icon(<path d="M2 4h12M2 8h9.5a2 2 0 0 1 0 4H8m1.5-1.5L8 12l1.5 1.5M2 12h3" />);
export const DownIcon = icon(<path d="M8 3v9M4.5 8.5 8 12l3.5-3.5" />);
export const SaveIcon = icon(<path d="M8 2.5v7M5 6.8l3 3 3-3M2.5 11v2.5h11V11" />);
export const UpIcon = icon(<path d="M8 13V4M4.5 7.5 8 4l3.5 3.5" />);
export const PauseIcon = icon(<path d="M5.5 3.5v9M10.5 3.5v9" />);
export const PlayIcon = icon(<path d="M5 3.5v9l7-4.5z" />);
export const ClockIcon = icon(<path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9v3.2l2 1.3" />);
export const CodeIcon = icon(<path d="M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4" />);
export const WarningIcon = icon(<path d="M8 2.2 14.3 13H1.7zM8 6.5v3M8 11.3v.01" />);
export const TreeIcon = icon(<path d="M3 2.5v9.5h3M3 6.5h3M8.5 4.5h5M8.5 8.5h5M8.5 12.5h5" />);
export const KeysIcon = icon(<path d="M2 4.5h12v7H2zM4.5 7v.01M7 7v.01M9.5 7v.01M11.8 7v.01M5 9.3h6" />);
export const ChartIcon = icon(<path d="M2.5 13.5h11M4 11V8M7 11V4M10 11V6.5M13 11V9" />);
