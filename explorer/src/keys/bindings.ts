/** What each key does. The list that `?` shows and the handling of keys are made of this one table. */

export type Action =
  | 'help'
  | 'find-jobs'
  | 'find-lines'
  | 'next-job'
  | 'previous-job'
  | 'parts'
  | 'histogram'
  | 'time'
  | 'query'
  | 'zone'
  | 'theme'
  | 'next-line'
  | 'previous-line'
  | 'next-error'
  | 'previous-error'
  | 'context'
  | 'hide'
  | 'close-line'
  | 'first-line'
  | 'last-line'
  | 'follow'
  | 'wrap'
  | 'level-all'
  | 'level-debug'
  | 'level-info'
  | 'level-warn'
  | 'level-error';

export interface Binding {
  /** As `KeyboardEvent.key` names it. */
  readonly key: string;
  readonly action: Action;
  readonly words: string;
}

export interface BindingGroup {
  readonly title: string;
  readonly bindings: readonly Binding[];
}

export const BINDINGS: readonly BindingGroup[] = [
  {
    title: 'Lines',
    bindings: [
      { key: 'j', action: 'next-line', words: 'Next line' },
      { key: 'k', action: 'previous-line', words: 'Previous line' },
      { key: 'e', action: 'next-error', words: 'Next error or warning' },
      { key: 'E', action: 'previous-error', words: 'Previous error or warning' },
      { key: 'c', action: 'context', words: 'Lines around the open line' },
      { key: 'x', action: 'hide', words: 'Hide lines like it, or with the selected text' },
      { key: 'Escape', action: 'close-line', words: 'Close the open line' },
      { key: 'g', action: 'first-line', words: 'Go to the first line' },
      { key: 'G', action: 'last-line', words: 'Go to the last line' },
      { key: 'f', action: 'follow', words: 'Follow new lines, or pause' },
    ],
  },
  {
    title: 'Filters',
    bindings: [
      { key: '/', action: 'find-lines', words: 'Find lines' },
      { key: '1', action: 'level-all', words: 'Lines of every severity' },
      { key: '2', action: 'level-debug', words: 'Debug and worse' },
      { key: '3', action: 'level-info', words: 'Info and worse' },
      { key: '4', action: 'level-warn', words: 'Warnings and worse' },
      { key: '5', action: 'level-error', words: 'Errors and worse' },
      { key: 't', action: 'time', words: 'Range of time' },
      { key: 'h', action: 'histogram', words: 'Lines over time' },
    ],
  },
  {
    title: 'Jobs',
    bindings: [
      { key: 's', action: 'find-jobs', words: 'Find jobs; ↓ goes along them' },
      { key: ']', action: 'next-job', words: 'Next job of the list' },
      { key: '[', action: 'previous-job', words: 'Previous job of the list' },
      { key: 'p', action: 'parts', words: 'Attempts, steps and tasks' },
    ],
  },
  {
    title: 'Page',
    bindings: [
      { key: 'w', action: 'wrap', words: 'Wrap long lines' },
      { key: 'u', action: 'zone', words: 'Local time or UTC' },
      { key: 'd', action: 'theme', words: 'Theme: system, light, dark' },
      { key: 'q', action: 'query', words: 'This view as a query' },
      { key: '?', action: 'help', words: 'Show these keys' },
    ],
  },
];
