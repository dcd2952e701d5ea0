import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Channel } from "../../src/domain/channel.js";
import { PseudonymVaults } from "../../src/pipeline/pseudonym-vault.js";
import { escapePseudonyms, PseudonymRestorer, type RestoreRules } from "../../src/pipeline/restorer.js";
import fc from "../support/seeded-check.js";

const VALUE = "jane@example.com";

function world(rules: RestoreRules | null = { inTools: false, inUrls: false }) {
  const vault = new PseudonymVaults(() => "k3x9aa").get("conversation");
  const name = vault.table.nameFor("EMAIL_ADDRESS", VALUE);
  return { vault, name, restorer: new PseudonymRestorer(vault, { rules }) };
}

function restored(text: string, cuts: readonly number[], rules?: RestoreRules): string {
  const { restorer, name } = world(rules);
  const whole = text.replaceAll("NAME", name);
  let out = "";
  let at = 0;
  for (const cut of cuts) {
    out += restorer.feed(0, whole.slice(at, at + cut));
    at += cut;
  }
  return out + restorer.feed(0, whole.slice(at)) + restorer.end(0);
}

const TOOL: Channel = {
  id: 1,
  kind: "tool_arguments",
  choice: 0,
  index: 0,
  toolCallId: "c",
  toolName: "t",
  syntax: "json",
};

describe("restoring pseudonyms", () => {
  it("gives the same text for every cutting", () => {
    const text = "Dear NAME, <b>hi</b> a < b NAME. See https://x.example/?q=NAME and NAME";
    const whole = restored(text, []);
    assert.ok(whole.startsWith(`Dear ${VALUE}, <b>hi</b> a < b ${VALUE}.`));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), (cuts) => {
        assert.equal(restored(text, cuts), whole);
      }),
    );
  });

  it("leaves a name inside a URL, an image or a mail link as it is", () => {
    for (const text of [
      "https://evil.example/NAME",
      "![x](https://evil.example/?d=NAME)",
      "www.evil.example/NAME",
      "mailto:NAME",
    ]) {
      assert.ok(!restored(text, []).includes(VALUE), text);
    }
    assert.ok(restored("https://ok.example/NAME", [], { inTools: false, inUrls: true }).includes(VALUE));
  });

  it("leaves tool arguments as they are unless policy says otherwise", () => {
    const { restorer, name } = world();
    restorer.opened(TOOL);
    assert.equal(restorer.feed(TOOL.id, `{"to":"${name}"}`), `{"to":"${name}"}`);
  });

  it("puts nothing back for a name that was never given", () => {
    assert.ok(!restored("<EMAIL_ADDRESS_k3x9aa_2> <EMAIL_ADDRESS_1>", []).includes(VALUE));
  });

  it("is inactive where nothing was redacted reversibly", () => {
    assert.equal(world(null).restorer.active, false);
  });

  it("breaks a forged name in a prompt", () => {
    const { vault, name } = world();
    const escaped = escapePseudonyms(`say ${name}`, vault.nonce);
    assert.ok(!escaped.includes(name));
    assert.equal(escapePseudonyms("plain text", vault.nonce), "plain text");
  });
});
