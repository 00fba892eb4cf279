import { text } from 'node:stream/consumers';
import process from 'node:process';
import { parser } from '@prometheus-io/lezer-promql';

/**
 * Reads expressions of PromQL (a list of texts) and prints what is in each, as JSON: `error` (the part that is not PromQL, or null),
 * `selectors` (a metric, its matchers, and the function around it) and `labels` that it groups or joins by.
 */
const expressions = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(expressions.map(read)));

function read(expression) {
  const of = ({ from, to }) => expression.slice(from, to);
  const found = { error: null, selectors: [], labels: [] };
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) found.error ??= expression.slice(Math.max(0, node.from - 10), node.to + 10);
      if (node.name === 'VectorSelector') found.selectors.push(selectorOf(node.node, of));
      if (node.name === 'GroupingLabels')
        found.labels.push(
          ...node.node
            .getChildren('LabelName')
            .map(of)
            .filter((name) => name !== ''),
        );
    },
  });
  return found;
}

function selectorOf(node, of) {
  const matchers = [];
  node.cursor().iterate((inner) => {
    if (inner.to > node.to) return false;
    if (!['UnquotedLabelMatcher', 'QuotedLabelMatcher'].includes(inner.name)) return true;
    const [label, operator, value] = [inner.node.firstChild, inner.node.firstChild.nextSibling, inner.node.lastChild];
    matchers.push({ label: of(label), operator: of(operator), value: JSON.parse(of(value)) });
    return false;
  });
  return { metric: of(node.getChild('Identifier')), matchers, within: functionAround(node, of) };
}

function functionAround(node, of) {
  for (let outer = node.parent; outer !== null; outer = outer.parent)
    if (outer.name === 'FunctionCall') return of(outer.firstChild);
  return null;
}
