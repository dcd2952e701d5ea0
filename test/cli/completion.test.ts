import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { runCli } from "./run-cli.js";

const { stdout: script } = await runCli(["completion", "bash"]);

/** What bash offers for the last of the words. */
function offered(...words: readonly string[]): readonly string[] {
  const asked = `COMP_WORDS=(sluice "$@"); COMP_CWORD=$#; _sluice; printf '%s\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync("bash", ["-c", `${script}\n${asked}`, "bash", ...words], { encoding: "utf8" });
  return output.trim().split("\n");
}

test("bash completes commands, subcommands and flags", () => {
  assert.deepEqual(offered("repl"), ["replay"]);
  assert.deepEqual(offered("sessions", "li"), ["list"]);
  assert.deepEqual(offered("sessions", "list", "--te"), ["--team"]);
  assert.deepEqual(offered("replay", "0a1b", "--sp"), ["--speed"]);
  assert.ok(offered("").includes("demo"));
});

test("every shell gets a script that names every command; another shell is a usage error", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout, code } = await runCli(["completion", shell]);
    assert.equal(code, 0);
    for (const name of ["serve", "approvals", "approve", "verify"])
      assert.match(stdout, new RegExp(`\\b${name}\\b`));
  }
  assert.equal((await runCli(["completion", "ksh"])).code, 2);
});

test("version names Sluice and Node", async () => {
  const { stdout } = await runCli(["version", "--json"]);
  const { sluice, node } = JSON.parse(stdout) as { sluice: string; node: string };
  assert.match(sluice, /^\d+\.\d+\.\d+/);
  assert.equal(node, process.versions.node);
});
