import type { Command } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Place {
  /** Words that lead here, `sessions list`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly Command[];
  readonly flags: readonly { readonly long: string; readonly description: string }[];
}

/** The commands and flags that the program has now, as a script for the shell; it runs nothing by itself. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, []);
  switch (shell) {
    case "bash":
      return bash(program.name(), places);
    case "zsh":
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(program.name(), places)}`;
    case "fish":
      return fish(program.name(), places);
  }
}

function placesOf(command: Command, path: readonly string[]): readonly Place[] {
  const flags = command.options.flatMap(({ long, description }) =>
    typeof long === "string" ? [{ long, description }] : [],
  );
  const here = { path: path.join(" "), commands: command.commands, flags };
  return [here, ...command.commands.flatMap((inner) => placesOf(inner, [...path, inner.name()]))];
}

/** The longest two words that name a place decide; where they offer nothing, files are completed. */
function bash(name: string, places: readonly Place[]): string {
  const cases = places.map(({ path, commands, flags }) => {
    const words = [...commands.map((each) => each.name()), ...flags.map(({ long }) => long), "--help"];
    return `    ${quoted(path)}) words=${quoted(words.join(" "))} ;;`;
  });
  return `_${name}() {
  local word path="" words="" at
  for ((at = 1; at < COMP_CWORD && at < 3; at++)); do
    word="\${COMP_WORDS[at]}"
    [[ "$word" == -* ]] && break
    path="\${path:+$path }$word"
  done
  while :; do
    case "$path" in
${cases.map((line) => `  ${line}`).join("\n")}
    esac
    [[ -n "$words" || "$path" != *" "* ]] && break
    path="\${path% *}"
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function fish(name: string, places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, flags }) => {
    const words = path === "" ? [] : path.split(" ");
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const others = commands.map((each) => each.name()).join(" ");
    const free = others === "" ? [] : [`not __fish_seen_subcommand_from ${others}`];
    const when = (conditions: readonly string[]): string =>
      conditions.length === 0 ? "" : ` -n ${quoted(conditions.join("; and "))}`;
    return [
      ...commands.map(
        (each) =>
          `complete -c ${name} -f${when([...seen, ...free])} -a ${each.name()} -d ${quoted(each.description())}`,
      ),
      ...flags.map(
        ({ long, description }) =>
          `complete -c ${name}${when(seen)} -l ${long.replace(/^--/, "")} -d ${quoted(description)}`,
      ),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
