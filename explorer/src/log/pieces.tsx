import type { ReactNode } from 'react';
import type { MarkedPiece } from './highlight.ts';

/** Text and nothing else: React escapes it, and no piece becomes an element of its own making. */
export function Pieces({ pieces }: { pieces: readonly MarkedPiece[] }): ReactNode {
  return pieces.map(({ text, style, isMatch }, index) => {
    if (isMatch) {
      return (
        <mark key={index} className={style}>
          {text}
        </mark>
      );
    }
    return style === '' ? (
      text
    ) : (
      <span key={index} className={style}>
        {text}
      </span>
    );
  });
}
