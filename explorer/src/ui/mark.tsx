import type { ReactNode } from 'react';

/** Two streams that become one. */
export function Mark(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M4 4c0 6 8 5 8 11v5M20 4c0 6-8 5-8 11M12 3v5" />
    </svg>
  );
}
