import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Command } from "commander";
import { commands } from "../../src/cli/index.js";
import { EXIT } from "../../src/cli/io.js";

const page = readFileSync("docs/cli.md", "utf8");

function program(): Command {
  const whole = new Command("sluice");
  const io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    isTerminal: false,
    signal: new AbortController().signal,
    hangup: () => () => {},
  };
  for (const { register } of commands) register(whole, io, () => {});
  return whole;
}

test("docs/cli.md names every command and subcommand", () => {
  for (const command of program().commands) {
    assert.match(page, new RegExp(`\`${command.name()}\\b`), command.name());
    for (const inner of command.commands)
      assert.match(
        page,
        new RegExp(`\`(?:${command.name()} )?${inner.name()}\\b`),
        `${command.name()} ${inner.name()}`,
      );
  }
});

test("docs/cli.md lists every exit code", () => {
  for (const code of Object.values(EXIT)) assert.match(page, new RegExp(`^\\| ${code} \\|`, "m"));
});

test("no command takes a token as an argument", () => {
  const all = program().commands.flatMap((command) => [command, ...command.commands]);
  const flags = all.flatMap(({ options }) => options.map(({ long }) => long));
  assert.ok(!flags.includes("--token"));
});
