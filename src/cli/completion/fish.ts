/** Completions for fish, PURE: its `complete`. */
import type { CommandWords, FlagWords, Offer } from './words.ts';

export function fishCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# Completions of ha2bgp for fish, as \`ha2bgp completion fish\` prints them.
# Into ~/.config/fish/completions/ha2bgp.fish, or for every user into /etc/fish/completions/ha2bgp.fish.

# Which command it is: without one it is run.
function __ha2bgp_is
    set -l words (commandline -opc)
    set -e words[1]
    contains -- "$words[1]" ${names}; or set -p words run
    test "$words[1]" = $argv[1]
end

# No command yet.
function __ha2bgp_is_new
    set -l words (commandline -opc)
    test (count $words) -eq 1
end

# Flags with a value.
function __ha2bgp_valued
    switch $argv[1]
${commands.map(valuedCase).join('')}    end
end

# Which word of that command it is: flags and their values do not count.
function __ha2bgp_at
    __ha2bgp_is $argv[1]; or return
    set -l words (commandline -opc)
    set -l valued (__ha2bgp_valued $argv[1] | string split ' ')
    set -l at 0
    set -l is_value 0
    for word in $words[3..-1]
        if test $is_value -eq 1
            set is_value 0
        else if contains -- $word $valued
            set is_value 1
        else if not string match -q -- '-*' $word
            set at (math $at + 1)
        end
    end
    test $at -eq $argv[2]
end

function __ha2bgp_services
    set -l words (commandline -opc)
    $words[1] completion $argv[1] 2> /dev/null
end

complete -c ha2bgp -f
${commands.map(({ name, summary }) => `complete -c ha2bgp -n __ha2bgp_is_new -a ${name} -d ${quoted(summary)}\n`).join('')}${commands.flatMap(commandLines).join('')}`;
}

function valuedCase({ name, flags }: CommandWords): string {
  const valued = flags.filter(({ value }) => value !== undefined).flatMap(({ names }) => names);
  return valued.length === 0 ? '' : `        case ${name}\n            echo ${valued.join(' ')}\n`;
}

function commandLines({ name, flags, operands, isRepeated }: CommandWords): string[] {
  return [
    ...flags.map((flag) => flagLine(name, flag)),
    ...operands.flatMap((offer, index) => {
      const what = argumentsFor(offer);
      const isAny = isRepeated && index === operands.length - 1;
      const when = isAny ? `__ha2bgp_is ${name}` : `__ha2bgp_at ${name} ${index}`;
      return what === '' ? [] : [`complete -c ha2bgp -n ${quoted(when)}${what}\n`];
    }),
  ];
}

function flagLine(command: string, { names, help, value }: FlagWords): string {
  const flags = names.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
  const hasFiles = value?.type === 'words' && value.hasFiles;
  const what = value === undefined ? '' : ` ${hasFiles ? '-r' : '-x'}${argumentsFor(value)}`;
  return `complete -c ha2bgp -n '__ha2bgp_is ${command}' ${flags}${what} -d ${quoted(help)}\n`;
}

function argumentsFor(offer: Offer): string {
  switch (offer.type) {
    case 'services':
      return ` -a "(__ha2bgp_services ${offer.which})"`;
    case 'words':
      return `${offer.hasFiles ? ' -F' : ''}${offer.words.length === 0 ? '' : ` -a '${offer.words.join(' ')}'`}`;
    case 'nothing':
      return '';
    default:
      return offer satisfies never;
  }
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
