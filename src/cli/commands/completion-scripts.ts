/** Scripts that make a shell call `tributary complete` for candidates. */
export const COMPLETION_SCRIPTS = {
  bash: `_tributary_complete() {
  local line=\${COMP_LINE:0:$COMP_POINT} current prefix
  local -a words
  IFS=' ' read -r -a words <<< "$line"
  [[ $line == *' ' ]] && words+=('')
  current=\${words[\${#words[@]}-1]}
  local IFS=$'\\n'
  COMPREPLY=($(tributary complete -- "\${words[@]:1}" 2>/dev/null))
  # Where a colon ends a word, the shell replaces what stands behind the last one alone.
  if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
    prefix=\${current%"\${current##*:}"}
    COMPREPLY=("\${COMPREPLY[@]#"$prefix"}")
  fi
}
complete -o default -F _tributary_complete tributary
`,
  zsh: `#compdef tributary
_tributary() {
  local -a found
  found=("\${(@f)$(tributary complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- \${found:#}
}
compdef _tributary tributary
`,
  fish: `complete -c tributary -f -a '(tributary complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const;

export type Shell = keyof typeof COMPLETION_SCRIPTS;
export const SHELLS = Object.keys(COMPLETION_SCRIPTS) as readonly Shell[];
