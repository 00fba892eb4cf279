/** An open group: the size of its contents, and the size of its last part, which a repetition multiplies. */
interface Group {
  size: number;
  last: number;
}

const ESCAPE = /^\\(?:[pP](?:\{[^}]*\}|.)|x\{[^}]*\}|Q[\s\S]*?(?:\\E|$)|[\s\S])/;
const CLASS = /^\[\^?\]?(?:\\[\s\S]|\[:[^\]]*:\]|[^\]\\])*\]/;
const OPENING = /^\((?:\?(?:P?<\w*>|[a-zA-Z-]*:))?/;
const FLAGS = /^\(\?[a-zA-Z-]+\)/;
const COUNT = /^\{(\d+)(?:,(\d*))?\}/;

/**
 * Roughly how many instructions an expression compiles to. It does not compile the expression, because that takes long
 * exactly for those that are too large. A text that is not a valid expression gets some size, too.
 */
export function sizeOfExpression(text: string): number {
  const groups: Group[] = [{ size: 0, last: 0 }];
  let rest = text;
  const take = (found: string): void => void (rest = rest.slice(found.length));
  const top = (): Group => groups.at(-1) ?? { size: 0, last: 0 };
  const put = (size: number): void => {
    const group = top();
    group.size += size;
    group.last = size;
  };
  while (rest !== '') {
    const count = COUNT.exec(rest);
    const flags = FLAGS.exec(rest);
    const opening = flags === null ? OPENING.exec(rest) : null;
    const part = ESCAPE.exec(rest) ?? CLASS.exec(rest);
    if (count !== null) {
      const [found, least = '1', most = ''] = count;
      const group = top();
      const repeated = group.last * Math.max(1, Number(least), Number(most));
      group.size += repeated - group.last;
      group.last = repeated;
      take(found);
    } else if (flags !== null) {
      take(flags[0]);
    } else if (opening !== null) {
      groups.push({ size: 0, last: 0 });
      take(opening[0]);
    } else if (rest.startsWith(')') && groups.length > 1) {
      const closed = groups.pop();
      put((closed?.size ?? 0) + 1);
      take(')');
    } else {
      put(part?.[0].startsWith('\\Q') === true ? part[0].length : 1);
      take(part?.[0] ?? rest.slice(0, 1));
    }
  }
  return groups.reduce((sum, { size }) => sum + size, 0);
}
