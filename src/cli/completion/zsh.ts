/** Completions for zsh, PURE: a function of its completion system (zshcompsys(1)). */
import type { CommandWords, FlagWords, Offer } from './words.ts';

export function zshCompletion(commands: readonly CommandWords[]): string {
  return `#compdef ha2bgp
# Completions of ha2bgp for zsh, as \`ha2bgp completion zsh\` prints them.
# Into a folder of $fpath, under the name _ha2bgp: /usr/local/share/zsh/site-functions/_ha2bgp.

${(['services', 'prefixes', 'drained', 'daemons'] as const).map(foundFunction).join('\n')}
_ha2bgp() {
  local curcontext=$curcontext state line
  local -a commands
  typeset -A opt_args
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`).join('')}  )
  # Without a command it is run.
  if ((CURRENT > 2)) || [[ $words[2] == -* ]]; then
    if [[ $words[2] == -* ]]; then
      words=($words[1] run $words[2,-1])
      ((CURRENT++))
    fi
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
${commands.map(commandCase).join('')}    esac
    return
  fi
  _describe command commands
}

if [[ $funcstack[1] == _ha2bgp ]]; then _ha2bgp "$@"; else compdef _ha2bgp ha2bgp; fi
`;
}

function commandCase({ name, flags, operands, isRepeated }: CommandWords): string {
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...operands.map((offer, index) =>
      isRepeated && index === operands.length - 1 ? `*:word:${action(offer)}` : `${index + 1}:word:${action(offer)}`,
    ),
  ];
  return `      ${name})\n        _arguments -s -S ${specs.map((spec) => `\\\n          ${quoted(spec)}`).join(' ')}\n        ;;\n`;
}

/** `(-n --network)-n[help]:value:action`. */
function flagSpecs({ names, help, value, isRepeatable }: FlagWords): string[] {
  const others = isRepeatable ? '*' : `(${names.join(' ')})`;
  const argument = value === undefined ? '' : `:value:${action(value)}`;
  return names.map((name) => `${others}${name}[${help.replace(/[[\]\\]/g, '\\$&')}]${argument}`);
}

function action(offer: Offer): string {
  switch (offer.type) {
    case 'services':
      return `_ha2bgp_${offer.which}`;
    case 'words':
      if (offer.words.length === 0) return offer.hasFiles ? '_files' : ' ';
      return offer.hasFiles
        ? `{_alternative "words:word:(${offer.words.join(' ')})" "files:file:_files"}`
        : `(${offer.words.join(' ')})`;
    case 'nothing':
      return ' ';
    default:
      return offer satisfies never;
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const foundFunction = (which: string): string => `_ha2bgp_${which}() {
  local -a found
  found=(\${(f)"$(_call_program ${which} $service completion ${which} 2> /dev/null)"})
  compadd -a found
}
`;
