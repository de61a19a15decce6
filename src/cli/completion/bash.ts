/** Completions for bash, PURE. Without the bash-completion package: what bash itself has will do. */
import type { CommandWords, Offer } from './words.ts';

export function bashCompletion(commands: readonly CommandWords[]): string {
  return `# Completions of ha2bgp for bash, as \`ha2bgp completion bash\` prints them.
# For every user: into /etc/bash_completion.d/ha2bgp. For one: into ~/.local/share/bash-completion/completions/ha2bgp.

_ha2bgp() {
  local line=\${COMP_LINE:0:COMP_POINT}
  local -a words
  # Words as a shell has them; COMP_WORDS are split at colons, too, of which IPv6 has many.
  read -r -a words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local count=\${#words[@]}
  local current=\${words[count-1]} previous=\${words[count-2]}
  COMPREPLY=()
  if ((count <= 2)) && [[ $current != -* ]]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$current"))
    return
  fi
  local command=\${words[1]} flags='' valued='' at=0 index
  # Without a command it is run.
  [[ $command == -* ]] && command=run
  case $command in
${commands.map(flagsCase).join('')}    *) return ;;
  esac
  case "$command $previous" in
${commands.flatMap(valueCases).join('')}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
    return
  fi
  # Which word it is: flags and their values do not count.
  for ((index = 2; index < count - 1; index++)); do
    case \${words[index]} in
      -*) [[ " $valued " == *" \${words[index]} "* ]] && ((index++)) ;;
      *) ((at++)) ;;
    esac
  done
  case "$command $at" in
${commands.flatMap(operandCases).join('')}  esac
}

_ha2bgp_words() {
  COMPREPLY=($(compgen -W "$1" -- "$2"))
}

# A file behind words, if any are there.
_ha2bgp_files() {
  COMPREPLY=($(compgen -W "$1" -- "$2"))
  local IFS=$'\\n'
  COMPREPLY+=($(compgen -f -- "$2"))
  compopt -o filenames 2> /dev/null
}

# What the daemon knows, if one runs. Readline completes behind the last colon.
_ha2bgp_services() {
  local found
  found=$("\${COMP_WORDS[0]}" completion "$2" 2> /dev/null) || return
  COMPREPLY=($(compgen -W "$found" -- "$1"))
  if [[ $1 == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("\${COMPREPLY[@]#"\${1%"\${1##*:}"}"}")
  fi
}

complete -F _ha2bgp ha2bgp
`;
}

function flagsCase({ name, flags }: CommandWords): string {
  const all = flags.flatMap(({ names }) => names);
  const valued = flags.filter(({ value }) => value !== undefined).flatMap(({ names }) => names);
  return `    ${name}) flags='${all.join(' ')}' valued='${valued.join(' ')}' ;;\n`;
}

function valueCases({ name, flags }: CommandWords): string[] {
  return flags.flatMap(({ names, value }) =>
    value === undefined
      ? []
      : [`    ${names.map((flag) => `'${name} ${flag}'`).join(' | ')}) ${complete(value)}; return ;;\n`],
  );
}

function operandCases({ name, operands, isRepeated }: CommandWords): string[] {
  return operands.map((offer, index) => {
    const which = isRepeated && index === operands.length - 1 ? `'${name} '*` : `'${name} ${index}'`;
    return `    ${which}) ${complete(offer)} ;;\n`;
  });
}

function complete(offer: Offer): string {
  switch (offer.type) {
    case 'services':
      return `_ha2bgp_services "$current" ${offer.which}`;
    case 'words':
      return `_ha2bgp_${offer.hasFiles ? 'files' : 'words'} '${offer.words.join(' ')}' "$current"`;
    case 'nothing':
      return ':';
    default:
      return offer satisfies never;
  }
}
